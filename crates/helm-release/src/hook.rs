use helm_chart::Compat;
use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::{Extra, Fields, write_extra, write_text};
use crate::time::MaybeTime;
use crate::{DeletePolicy, HookEvent, HookPhase, OutputLogPolicy, Time};

/// An object that runs at certain moments in the life of a release and is not one of its own objects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hook {
    /// `metadata.name` of the object.
    pub name: String,
    /// `kind` of the object.
    pub kind: String,
    /// The template that it was rendered from.
    pub path: String,
    /// The rendered text.
    pub manifest: String,
    /// When it runs.
    pub events: Vec<HookEvent>,
    /// How its last run went.
    pub last_run: HookRun,
    /// Hooks of one event run from the lowest weight to the highest.
    pub weight: i64,
    /// When its objects are deleted.
    pub delete_policies: Vec<DeletePolicy>,
    /// When the logs of its pods are shown.
    pub output_log_policies: Vec<OutputLogPolicy>,
    /// Fields of the record that this program does not know.
    pub extra: Extra,
}

/// The last run of a hook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HookRun {
    /// When it began.
    pub started_at: Option<Time>,
    /// When it ended.
    pub completed_at: Option<Time>,
    /// How it ended.
    pub phase: HookPhase,
    /// Fields of the record that this program does not know.
    pub extra: Extra,
}

impl Hook {
    /// Whether it runs at an event.
    pub fn runs_at(&self, event: &HookEvent) -> bool {
        self.events.contains(event)
    }

    /// The policies in force: what the chart said, or deletion before the next run.
    pub fn effective_delete_policies(&self) -> &[DeletePolicy] {
        const DEFAULT: &[DeletePolicy] = &[DeletePolicy::BeforeHookCreation];
        if self.delete_policies.is_empty() { DEFAULT } else { &self.delete_policies }
    }

    /// Whether its objects are deleted under a policy. A CustomResourceDefinition never is: all its resources
    /// would go with it.
    pub fn deletes_on(&self, policy: &DeletePolicy) -> bool {
        self.kind != "CustomResourceDefinition" && self.effective_delete_policies().contains(policy)
    }

    /// Whether the logs of its pods are shown under a policy.
    pub fn shows_logs_on(&self, policy: &OutputLogPolicy) -> bool {
        self.output_log_policies.contains(policy)
    }
}

/// The indexes of the hooks of an event in the order in which they run: by weight, then by name.
pub fn execution_order(hooks: &[Hook], event: &HookEvent) -> Vec<usize> {
    let mut order: Vec<usize> = (0..hooks.len())
        // A hook that names an event twice runs twice.
        .flat_map(|at| hooks[at].events.iter().filter(|e| *e == event).map(move |_| at))
        .collect();
    order.sort_by(|&a, &b| (hooks[a].weight, &hooks[a].name).cmp(&(hooks[b].weight, &hooks[b].name)));
    order
}

impl<'de> Deserialize<'de> for Hook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        Hook::from_fields(fields).map_err(D::Error::custom)
    }
}

impl Hook {
    fn from_fields(mut fields: Fields) -> Result<Hook, serde_json::Error> {
        Ok(Hook {
            name: fields.take("name")?,
            kind: fields.take("kind")?,
            path: fields.take("path")?,
            manifest: fields.take("manifest")?,
            events: fields.take("events")?,
            last_run: fields.take("last_run")?,
            weight: fields.take("weight")?,
            delete_policies: fields.take("delete_policies")?,
            output_log_policies: fields.take("output_log_policies")?,
            extra: fields.rest(),
        })
    }
}

impl<'de> Deserialize<'de> for HookRun {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        HookRun::from_fields(fields).map_err(D::Error::custom)
    }
}

impl HookRun {
    fn from_fields(mut fields: Fields) -> Result<HookRun, serde_json::Error> {
        Ok(HookRun {
            started_at: fields.take::<MaybeTime>("started_at")?.0,
            completed_at: fields.take::<MaybeTime>("completed_at")?.0,
            phase: fields.take("phase")?,
            extra: fields.rest(),
        })
    }
}

/// A hook as one generation of Helm writes it.
pub(crate) struct HookForm<'a>(pub(crate) &'a Hook, pub(crate) Compat);

impl Serialize for HookForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let HookForm(hook, compat) = self;
        let mut map = serializer.serialize_map(None)?;
        write_text(&mut map, "name", &hook.name)?;
        write_text(&mut map, "kind", &hook.kind)?;
        write_text(&mut map, "path", &hook.path)?;
        write_text(&mut map, "manifest", &hook.manifest)?;
        if !hook.events.is_empty() {
            map.serialize_entry("events", &hook.events)?;
        }
        map.serialize_entry("last_run", &HookRunForm(&hook.last_run, *compat))?;
        if hook.weight != 0 {
            map.serialize_entry("weight", &hook.weight)?;
        }
        if !hook.delete_policies.is_empty() {
            map.serialize_entry("delete_policies", &hook.delete_policies)?;
        }
        if !hook.output_log_policies.is_empty() {
            map.serialize_entry("output_log_policies", &hook.output_log_policies)?;
        }
        write_extra(&mut map, &hook.extra)?;
        map.end()
    }
}

struct HookRunForm<'a>(&'a HookRun, Compat);

impl Serialize for HookRunForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let HookRunForm(run, compat) = self;
        let mut map = serializer.serialize_map(None)?;
        write_time(&mut map, "started_at", run.started_at, *compat)?;
        write_time(&mut map, "completed_at", run.completed_at, *compat)?;
        map.serialize_entry("phase", &run.phase)?;
        write_extra(&mut map, &run.extra)?;
        map.end()
    }
}

/// Writes a time. Helm 3 writes an unset one as `""`, Helm 4 leaves it out; both read either.
pub(crate) fn write_time<M: SerializeMap>(
    map: &mut M,
    key: &str,
    time: Option<Time>,
    compat: Compat,
) -> Result<(), M::Error> {
    match (time, compat) {
        (Some(time), _) => map.serialize_entry(key, &time),
        (None, Compat::V3) => map.serialize_entry(key, ""),
        (None, Compat::V4) => Ok(()),
    }
}
