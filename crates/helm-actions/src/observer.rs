use helm_release::plan::{Plan, Stage, Step};

/// How important a remark is: the levels of Go's `slog`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For those who look for an error.
    Debug,
    /// Worth knowing.
    Info,
    /// Something may be wrong.
    Warn,
    /// Something is wrong.
    Error,
}

/// What happens during an operation.
#[derive(Debug)]
pub enum Event<'a> {
    /// A remark: a message and named values.
    Log {
        /// Its level.
        level: Level,
        /// The message.
        message: &'a str,
        /// Named values.
        fields: &'a [(&'a str, &'a str)],
    },
    /// Loading a chart or merging values had something to remark.
    Chart(&'a helm_chart::Warning),
    /// `upgrade --install` found no release and installs one.
    Installing {
        /// The release.
        release: &'a str,
    },
    /// The plan is made and about to be carried out, or only shown.
    Planned(&'a Plan),
    /// A stage begins.
    StageBegins(&'a Stage),
    /// A step of a stage is done.
    StepDone(&'a Step),
    /// An object that is waited for stands differently than before.
    Waiting(&'a helm_kube::WaitEvent),
    /// Logs of a hook's container.
    HookLogs {
        /// The pod's namespace.
        namespace: &'a str,
        /// The pod.
        pod: &'a str,
        /// The container.
        container: &'a str,
        /// What it wrote.
        text: &'a [u8],
    },
}

/// Somebody who is told what happens: progress lines, JSON, a stream to another program.
pub trait Observer: Send + Sync {
    /// Is told of an event. Called from the task that carries out the operation: it should be quick.
    fn event(&self, event: Event<'_>);
}

/// An observer that looks away.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _: Event<'_>) {}
}
