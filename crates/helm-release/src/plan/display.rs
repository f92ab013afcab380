use std::fmt;

use super::{Method, Operation, Plan, Propagation, RecordWrite, Stage, StageKind, Step};

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Install => "install",
            Operation::Upgrade => "upgrade",
            Operation::Rollback => "roll back",
            Operation::Uninstall => "uninstall",
        })
    }
}

impl fmt::Display for Propagation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Propagation::Background => "background",
            Propagation::Foreground => "foreground",
            Propagation::Orphan => "orphan",
        })
    }
}

impl fmt::Display for StageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StageKind::Namespace => f.write_str("namespace"),
            StageKind::Record => f.write_str("records"),
            StageKind::Hooks(event) => write!(f, "{event} hooks"),
            StageKind::Create => f.write_str("create"),
            StageKind::Update => f.write_str("apply"),
            StageKind::Delete => f.write_str("delete"),
            StageKind::Wait => f.write_str("wait"),
        }
    }
}

/// The plan for people: a line for each stage, beneath it a line for each step.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {} in {}, revision {}", self.operation, self.release, self.namespace, self.revision)?;
        self.stages.iter().try_for_each(|stage| write!(f, "{stage}"))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:", self.kind)?;
        self.steps.iter().try_for_each(|step| writeln!(f, "  {step}"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::CreateNamespace { name } => write!(f, "+ Namespace {name}"),
            Step::WriteRecord(record) => write!(f, "{record}"),
            Step::DeleteRecord { revision } => write!(f, "- record of revision {revision}"),
            Step::DeleteHook { hook, policy } => write!(f, "- {} {} ({policy})", hook.kind, hook.name),
            Step::RunHook { hook } => write!(f, "> {} {} (weight {})", hook.kind, hook.name, hook.weight),
            Step::ShowHookLogs { hook } => write!(f, "  logs of {} {}", hook.kind, hook.name),
            Step::Apply(apply) => {
                let sign = if apply.method == Method::Create { '+' } else { '~' };
                write!(f, "{sign} {} ({})", apply.object.reference(), apply.method)
            }
            Step::Prune { object } => write!(f, "- {object} unless kept"),
            Step::Delete { object, propagation } => write!(f, "- {object} ({propagation})"),
            Step::WaitReady { objects, jobs } => {
                let jobs = if *jobs { ", Jobs complete" } else { "" };
                write!(f, "until {} objects are ready{jobs}", objects.len())
            }
            Step::WaitDeleted { objects } => write!(f, "until {} objects are gone", objects.len()),
        }
    }
}

impl fmt::Display for RecordWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.create { '+' } else { '~' };
        write!(f, "{sign} record of revision {}: {}", self.revision, self.status)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Create => "create",
            Method::ServerSide { force_conflicts: true, .. } => "server-side apply, conflicts overruled",
            Method::ServerSide { .. } => "server-side apply",
            Method::ThreeWay { .. } => "three-way merge",
            Method::Replace => "replace",
        })
    }
}
