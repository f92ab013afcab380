//! `helm template`: what an install would send, without a cluster, a runtime or a record.

use std::sync::Arc;

use govalue::Map;
use helm_chart::{Chart, Compat, Warning, dependencies};
use helm_release::{Hook, Order, manifest};
use helm_render::{Capabilities, ReleaseInfo, RenderError, RenderInput, Rendered, Schema, World};

use crate::{PostRenderer, kube_version, post_render};

/// What to render.
pub struct TemplateRequest<'a> {
    /// The chart as it was loaded.
    pub chart: &'a Chart,
    /// Values that the user supplied.
    pub values: &'a Map,
    /// The release that would be made.
    pub release: ReleaseInfo,
    /// What the cluster is said to be able to do.
    pub capabilities: &'a Capabilities,
    /// The Helm to imitate.
    pub compat: Compat,
    /// Whether and how values are checked against schemas.
    pub schema: Schema,
    /// Whether templates may look up host names.
    pub enable_dns: bool,
    /// Whether custom resource definitions are part of the output.
    pub include_crds: bool,
    /// What rendered manifests go through.
    pub post_renderer: Option<Arc<dyn PostRenderer>>,
}

/// What a chart renders to.
#[derive(Debug, Default)]
pub struct TemplateOutput {
    /// Objects in install order, definitions first if they were asked for: path and text.
    pub objects: Vec<(String, String)>,
    /// What a post-renderer of Helm 3 made of the objects, which counts instead of them.
    pub text: Option<String>,
    /// Hooks in install order.
    pub hooks: Vec<Hook>,
    /// Hook annotations that name no event.
    pub unknown_hooks: Vec<String>,
}

impl TemplateOutput {
    /// The objects as one text of YAML documents with their sources.
    pub fn manifest(&self) -> String {
        if let Some(text) = &self.text {
            return text.clone();
        }
        self.objects.iter().map(|(path, text)| format!("---\n# Source: {path}\n{text}\n")).collect()
    }
}

/// Why a chart did not render.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Dependencies cannot be processed.
    #[error("{0}")]
    Dependencies(String),
    /// The chart does not want this version of Kubernetes.
    #[error(transparent)]
    KubeVersion(#[from] kube_version::Mismatch),
    /// A template or the values are wrong.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The post-renderer failed.
    #[error("{0}")]
    PostRender(String),
    /// What was rendered is no Kubernetes object; the files are there for a person to look at.
    #[error("{source}")]
    Manifest {
        /// What is wrong, and in which file.
        source: manifest::SortError,
        /// All rendered files.
        output: Box<TemplateOutput>,
    },
}

/// Renders a chart as [`TemplateRequest`] says. Same request and world, same output. What processing dependencies and
/// values remarked is in `warnings` even if rendering fails afterwards.
pub fn template(
    request: TemplateRequest<'_>,
    world: Arc<dyn World>,
    warnings: &mut Vec<Warning>,
) -> Result<TemplateOutput, TemplateError> {
    let chart = dependencies::process(request.chart, request.values, request.compat, warnings)
        .map_err(|e| TemplateError::Dependencies(e.to_string()))?;
    let mut input = RenderInput::new(&chart, request.values, request.capabilities, request.release);
    input.compat = request.compat;
    input.enable_dns = request.enable_dns;
    input.schema = request.schema;
    let values = helm_render::values(&input, warnings)?;
    kube_version::check(&chart, request.capabilities)?;
    let rendered = helm_render::render_with_values(&input, values, world)?;
    sorted(&chart, rendered, request.include_crds, request.compat, request.post_renderer.as_deref())
}

fn sorted(
    chart: &Chart,
    rendered: Rendered,
    include_crds: bool,
    compat: Compat,
    post_renderer: Option<&dyn PostRenderer>,
) -> Result<TemplateOutput, TemplateError> {
    let files: Vec<(&str, &str)> = rendered
        .files
        .iter()
        .filter(|f| !f.path.ends_with("NOTES.txt"))
        .map(|f| (f.path.as_str(), f.text.as_str()))
        .collect();
    let post_rendered = match post_renderer {
        Some(renderer) if compat == Compat::V4 => {
            Some(post_render::files(renderer, files.iter().copied()).map_err(TemplateError::PostRender)?)
        }
        _ => None,
    };
    let files = match &post_rendered {
        Some(files) => files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect(),
        None => files,
    };
    let mut output = TemplateOutput::default();
    match manifest::sort_texts(files.iter().copied(), Order::Install, compat) {
        Ok(manifests) => {
            if include_crds {
                let crds = chart.crds();
                output.objects.extend(crds.iter().map(|c| (c.filename.clone(), c.file.data.to_string())));
            }
            output.objects.extend(manifests.objects.into_iter().map(|m| (m.path, m.content)));
            output.hooks = manifests.hooks;
            output.unknown_hooks = manifests.unknown_hooks;
            if let Some(renderer) = post_renderer.filter(|_| compat == Compat::V3) {
                let text =
                    post_render::text(renderer, &output.manifest()).map_err(TemplateError::PostRender)?;
                output.text = Some(text);
            }
            Ok(output)
        }
        Err(source) => {
            let shown = files.iter().filter(|(_, text)| !text.trim().is_empty());
            output.objects = shown.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
            Err(TemplateError::Manifest { source, output: Box::new(output) })
        }
    }
}
