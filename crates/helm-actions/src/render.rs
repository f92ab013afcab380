//! From chart and values to sorted manifests.

use std::sync::Arc;

use govalue::Map;
use helm_chart::{Chart, Warning, dependencies};
use helm_kube::ServerVersion;
use helm_release::manifest::{self, Manifests};
use helm_release::{Compat, Order};
use helm_render::{
    Capabilities, KubeVersion, Offline, ReleaseInfo, RenderInput, RenderedFile, Schema, World,
};

use crate::world::{ClusterWorld, answer};
use crate::{ActionError, Context, Event, Level, Rendering, kube_version, post_render};

/// What a chart rendered to.
pub(crate) struct Output {
    pub(crate) manifests: Manifests,
    pub(crate) notes: String,
    /// The text of the objects, as it is recorded.
    pub(crate) text: String,
}

/// The file of a chart that is shown to the user instead of sent to the cluster.
const NOTES: &str = "NOTES.txt";

/// The chart with dependencies switched on and off and values imported.
pub(crate) fn process_dependencies(
    context: &Context,
    chart: &Chart,
    values: &Map,
) -> Result<Arc<Chart>, ActionError> {
    let mut warnings = Vec::new();
    let processed = dependencies::process(chart, values, context.compat(), &mut warnings);
    report(context, &warnings);
    processed.map(Arc::new).map_err(|e| ActionError::Dependencies(e.to_string()))
}

/// Passes on what merging values had to remark.
pub(crate) fn report(context: &Context, warnings: &[Warning]) {
    warnings.iter().for_each(|warning| context.observer.event(Event::Chart(warning)));
}

/// The version of the server, which shows that it can be reached.
pub(crate) async fn reach(context: &Context) -> Result<ServerVersion, ActionError> {
    let version = context.cluster().version().await.map_err(ActionError::Cluster);
    version.map_err(|e| e.during("kubernetes cluster unreachable"))
}

/// Does some work while the cluster is asked what it serves, which every verb needs sooner or later. An error of that
/// is told when it is needed.
pub(crate) async fn while_discovering<T>(context: &Context, work: impl Future<Output = T>) -> T {
    futures::join!(work, context.cluster().discovery()).0
}

/// What the cluster can do.
pub(crate) async fn capabilities(
    context: &Context,
    version: ServerVersion,
) -> Result<Capabilities, ActionError> {
    let discovery = context
        .cluster()
        .discovery()
        .await
        .map_err(|e| ActionError::Cluster(e).during("could not get apiVersions from Kubernetes"))?;
    if !discovery.failed_group_versions().is_empty() {
        let groups = discovery.failed_group_versions().join(", ");
        let error = format!("unable to retrieve the complete list of server APIs: {groups}");
        context.log(Level::Warn, "the kubernetes server has an orphaned API service", &[("error", &error)]);
        context.log(Level::Warn, "to fix this, kubectl delete apiservice <service-name>", &[]);
    }
    Ok(Capabilities {
        kube_version: KubeVersion {
            // Helm checks constraints against the version as the server gives it.
            normalized: version.git_version.clone(),
            version: version.git_version,
            major: version.major,
            minor: version.minor,
        },
        api_versions: discovery.api_versions().map(str::to_owned).collect(),
    })
}

/// Renders on a thread of its own and answers `lookup` meanwhile.
pub(crate) async fn render(
    context: &Context,
    chart: &Arc<Chart>,
    values: &Map,
    capabilities: &Capabilities,
    release: ReleaseInfo,
    options: &Rendering,
    lookups: bool,
) -> Result<Output, ActionError> {
    kube_version::check(chart, capabilities)?;
    let (world, mut questions) = ClusterWorld::new(context.host.clone());
    let world: Arc<dyn World> =
        if lookups { Arc::new(world) } else { Arc::new(Offline::new(context.host.clone())) };
    let job = Job {
        chart: chart.clone(),
        values: values.clone(),
        capabilities: capabilities.clone(),
        release,
        compat: context.compat(),
        schema: options.schema.clone(),
        enable_dns: options.enable_dns,
    };
    let mut rendering = tokio::task::spawn_blocking(move || job.run(world));
    let rendered = loop {
        tokio::select! {
            done = &mut rendering => break done,
            Some(question) = questions.recv() => answer(context.cluster(), question).await,
            () = context.cancel.cancelled() => return Err(ActionError::Cancelled),
        }
    };
    let (warnings, rendered) = rendered.map_err(|e| ActionError::Other(e.to_string()))?;
    report(context, &warnings);
    sort(context, chart, rendered?.files, options)
}

/// Everything that a rendering thread needs.
struct Job {
    chart: Arc<Chart>,
    values: Map,
    capabilities: Capabilities,
    release: ReleaseInfo,
    compat: Compat,
    schema: Schema,
    enable_dns: bool,
}

impl Job {
    /// What values remarked counts even if a template fails afterwards.
    fn run(
        self,
        world: Arc<dyn World>,
    ) -> (Vec<Warning>, Result<helm_render::Rendered, helm_render::RenderError>) {
        let mut input = RenderInput::new(&self.chart, &self.values, &self.capabilities, self.release);
        input.compat = self.compat;
        input.enable_dns = self.enable_dns;
        input.schema = self.schema;
        let mut warnings = Vec::new();
        let values = helm_render::values(&input, &mut warnings);
        let rendered = values.and_then(|values| helm_render::render_with_values(&input, values, world));
        (warnings, rendered)
    }
}

fn sort(
    context: &Context,
    chart: &Chart,
    files: Vec<RenderedFile>,
    options: &Rendering,
) -> Result<Output, ActionError> {
    let own_notes = format!("{}/templates/{NOTES}", chart.name());
    let (notes, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.path.ends_with(NOTES));
    let mut text = String::new();
    for file in notes.iter().filter(|file| options.subchart_notes || file.path == own_notes) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&file.text);
    }
    let files = files.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    let compat = context.compat();
    let renderer = options.post_renderer.as_deref();
    let post_rendered = match renderer {
        Some(renderer) if compat == Compat::V4 => {
            Some(post_render::files(renderer, files.clone()).map_err(ActionError::Other)?)
        }
        _ => None,
    };
    let files: Vec<(&str, &str)> = match &post_rendered {
        Some(files) => files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect(),
        None => files.collect(),
    };
    let mut manifests = manifest::sort(files, Order::Install, context.compat())?;
    for events in &manifests.unknown_hooks {
        context.log(Level::Info, "skipping unknown hooks", &[("hookTypes", events)]);
    }
    let mut objects = manifests.to_text(options.hide_secrets);
    if let Some(renderer) = renderer.filter(|_| compat == Compat::V3) {
        objects = post_render::text(renderer, &objects).map_err(ActionError::Other)?;
        manifests.objects = manifest::read_stored(&objects, compat)?;
    }
    Ok(Output { manifests, notes: text, text: objects })
}
