//! Rendering: parse all templates into one set, then execute each.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use gotmpl::{Budget, MissingKey, Options, TemplateSet};
use govalue::{Map, Value};
use helm_chart::{Chart, Compat, Warning, schema, values};

use crate::error::RenderError;
use crate::funcs::{ROOT_TEMPLATE, functions, without_no_value};
use crate::host::{LintNote, RenderHost};
use crate::scope::{Common, Renderable, renderables};
use crate::values_type::values_type;
use crate::{Capabilities, World};

/// What `.Release` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseInfo {
    /// Name of the release.
    pub name: String,
    /// Namespace it lives in.
    pub namespace: String,
    /// Number of this revision, from 1.
    pub revision: u32,
    /// Whether this is an upgrade or a rollback.
    pub is_upgrade: bool,
    /// Whether this is an installation.
    pub is_install: bool,
}

impl ReleaseInfo {
    /// The first revision of a release.
    pub fn install(name: &str, namespace: &str) -> ReleaseInfo {
        ReleaseInfo {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            revision: 1,
            is_upgrade: false,
            is_install: true,
        }
    }

    /// A later revision of a release.
    pub fn upgrade(name: &str, namespace: &str, revision: u32) -> ReleaseInfo {
        ReleaseInfo { revision, is_upgrade: true, is_install: false, ..ReleaseInfo::install(name, namespace) }
    }

    pub(crate) fn to_value(&self) -> Value {
        let map: Map = [
            ("Name", Value::str(self.name.as_str())),
            ("Namespace", Value::str(self.namespace.as_str())),
            ("IsUpgrade", Value::Bool(self.is_upgrade)),
            ("IsInstall", Value::Bool(self.is_install)),
            ("Revision", Value::int(i64::from(self.revision))),
            ("Service", Value::str("Helm")),
        ]
        .into_iter()
        .collect();
        Value::Map(map)
    }
}

/// How forgiving the engine is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A missing key renders as nothing.
    #[default]
    Normal,
    /// `required` and `fail` are noted and do not end the rendering (`helm lint`).
    Lint,
    /// As `Lint`, and a missing key is an error (`helm lint --strict` of Helm's library).
    StrictLint,
}

/// Whether values are checked against `values.schema.json`.
#[derive(Clone, Default)]
pub enum Schema {
    /// Check; a `$ref` to another document is an error.
    #[default]
    Offline,
    /// Check; documents that a `$ref` names come from the loader.
    Load(Arc<dyn schema::Loader>),
    /// Do not check (`--skip-schema-validation`).
    Skip,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Schema::Offline => "Offline",
            Schema::Load(_) => "Load(..)",
            Schema::Skip => "Skip",
        })
    }
}

/// Everything that a rendering depends on, the world apart.
pub struct RenderInput<'a> {
    /// The chart, its dependencies processed.
    pub chart: &'a Chart,
    /// Values that the user supplied, merged.
    pub values: &'a Map,
    /// What the cluster can do.
    pub capabilities: &'a Capabilities,
    /// The release that is made.
    pub release: ReleaseInfo,
    /// The Helm to imitate.
    pub compat: Compat,
    /// How forgiving to be.
    pub mode: Mode,
    /// Whether values are checked.
    pub schema: Schema,
    /// Whether `getHostByName` asks the world.
    pub enable_dns: bool,
}

impl<'a> RenderInput<'a> {
    /// An input with the defaults of `helm template`.
    pub fn new(
        chart: &'a Chart,
        values: &'a Map,
        capabilities: &'a Capabilities,
        release: ReleaseInfo,
    ) -> RenderInput<'a> {
        RenderInput {
            chart,
            values,
            capabilities,
            release,
            compat: Compat::default(),
            mode: Mode::default(),
            schema: Schema::default(),
            enable_dns: false,
        }
    }
}

/// One rendered template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// Path of the template from the root chart: `chart/charts/sub/templates/x.yaml`.
    pub path: String,
    /// What it gave.
    pub text: String,
}

/// The outcome of a rendering.
#[derive(Debug)]
pub struct Rendered {
    /// Files in order of path. Partials (`_name`) are not among them.
    pub files: Vec<RenderedFile>,
    /// The values that templates saw (before they changed any).
    pub values: Map,
    /// What merging the values had to remark.
    pub warnings: Vec<Warning>,
}

/// The values that templates see: the supplied ones over the defaults of the chart and of all charts beneath, checked
/// against their schemas.
pub fn values(input: &RenderInput<'_>, warnings: &mut Vec<Warning>) -> Result<Map, RenderError> {
    let coalesced = values::coalesce(input.chart, input.values, input.compat, warnings)
        .map_err(|e| RenderError::Values(e.to_string()))?;
    check_schema(input, &coalesced, warnings)?;
    Ok(coalesced)
}

/// Renders a chart. The same input and world give the same files.
pub fn render(input: &RenderInput<'_>, world: Arc<dyn World>) -> Result<Rendered, RenderError> {
    let mut warnings = Vec::new();
    let values = values(input, &mut warnings)?;
    let rendered = render_with_values(input, values, world)?;
    Ok(Rendered { warnings, ..rendered })
}

/// Renders a chart with what [`values`] answered for the same input.
pub fn render_with_values(
    input: &RenderInput<'_>,
    values: Map,
    world: Arc<dyn World>,
) -> Result<Rendered, RenderError> {
    render_noting(input, values, world, &mut Vec::new())
}

/// The same; what functions let pass in a lint mode is noted, for a rendering that fails in the end too.
pub fn render_noting(
    input: &RenderInput<'_>,
    values: Map,
    world: Arc<dyn World>,
    notes: &mut Vec<LintNote>,
) -> Result<Rendered, RenderError> {
    let common = Common::new(&input.release, input.capabilities, input.compat);
    let mut templates = renderables(input.chart, values.clone(), &common);
    // Of two templates with one path the later stands, as in Helm's map. The sort is stable.
    templates.sort_by(|a, b| depth_order(&b.path, &a.path));
    templates.reverse();
    templates.dedup_by(|a, b| a.path == b.path);
    templates.reverse();

    let meter = world.clone();
    let mut budget = match world.held_bytes() {
        Some(_) => Budget::with_meter(Box::new(move || meter.held_bytes().unwrap_or_default())),
        None => Budget::new(),
    };
    let set = parse_all(input, &templates, &world, &mut budget)?;
    let mut host = RenderHost {
        world,
        included: HashMap::new(),
        in_tpl: 0,
        lint: input.mode != Mode::Normal,
        enable_dns: input.enable_dns,
        notes: Vec::new(),
    };
    let executed =
        templates.iter().filter_map(|t| execute(input, &set, t, &mut host, &mut budget).transpose());
    let files = executed.collect::<Result<Vec<_>, _>>();
    notes.append(&mut host.notes);
    let mut files = files?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Rendered { files, values, warnings: Vec::new() })
}

fn check_schema(
    input: &RenderInput<'_>,
    coalesced: &Map,
    warnings: &mut Vec<Warning>,
) -> Result<(), RenderError> {
    let loader = match &input.schema {
        Schema::Skip => return Ok(()),
        Schema::Offline => Arc::new(schema::Offline) as Arc<dyn schema::Loader>,
        Schema::Load(loader) => loader.clone(),
    };
    schema::validate(input.chart, coalesced, &loader, warnings).map_err(|e| {
        RenderError::Values(format!(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n{e}"
        ))
    })
}

/// Fewer folders first, then by name; Helm goes through the templates in the reverse of this order.
fn depth_order(a: &str, b: &str) -> std::cmp::Ordering {
    let depth = |path: &str| path.bytes().filter(|b| *b == b'/').count();
    depth(a).cmp(&depth(b)).then_with(|| a.cmp(b))
}

fn parse_all(
    input: &RenderInput<'_>,
    templates: &[Renderable<'_>],
    world: &Arc<dyn World>,
    budget: &mut Budget,
) -> Result<TemplateSet, RenderError> {
    let missing_key = if input.mode == Mode::StrictLint { MissingKey::Error } else { MissingKey::Zero };
    let options = Options { name: ROOT_TEMPLATE.to_owned(), missing_key, ..Options::default() };
    let functions = functions(input.compat, Arc::new(WorldHost(world.clone())));
    let mut set = TemplateSet::new(options).with_funcs(Arc::new(functions));
    for template in templates {
        set.parse(template.path.as_str(), template.text.clone()).map_err(RenderError::parse)?;
        budget.spend(0, set.options()).map_err(|e| RenderError::Exhausted(template.path.clone(), e))?;
    }
    Ok(set)
}

/// The world as Sprig sees it.
pub(crate) struct WorldHost(pub(crate) Arc<dyn World>);

impl sprig::Host for WorldHost {
    fn now(&self) -> govalue::time::Time {
        self.0.now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.0.fill_random(bytes);
    }

    fn lookup_host(&self, name: &str) -> Result<Vec<String>, String> {
        self.0.lookup_host(name)
    }

    fn held_bytes(&self) -> Option<usize> {
        self.0.held_bytes()
    }
}

fn execute(
    input: &RenderInput<'_>,
    set: &TemplateSet,
    template: &Renderable<'_>,
    host: &mut RenderHost,
    budget: &mut Budget,
) -> Result<Option<RenderedFile>, RenderError> {
    let base = template.path.rsplit('/').next().unwrap_or_default();
    if base.starts_with('_') {
        return Ok(None);
    }
    let about = Map::with_type(values_type(input.compat));
    about.insert("Name", template.path.as_str());
    about.insert("BasePath", template.base_path.as_str());
    template.data.insert("Template", about);
    let mut out = Vec::new();
    set.execute_within(&template.path, &Value::Map(template.data.clone()), &mut out, host, budget)
        .map_err(|e| RenderError::exec(e, input.compat))?;
    // What is not UTF-8 cannot be sent to Kubernetes; Go would pass it on and the YAML reader refuse it.
    let text = String::from_utf8(without_no_value(out))
        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    Ok(Some(RenderedFile { path: template.path.clone(), text }))
}
