use std::fmt;

use crate::Options;

/// Tells how many bytes the process holds at the moment.
pub type Meter = Box<dyn Fn() -> usize + Send + Sync>;

/// What the executions of one rendering have used up together of [`Options::max_steps`] and
/// [`Options::max_held`]. A budget that is passed to several executions
/// ([`TemplateSet::execute_within`](crate::TemplateSet::execute_within)) bounds them all.
#[derive(Default)]
pub struct Budget {
    pub(crate) steps: u64,
    meter: Option<Meter>,
    /// What was held when the rendering began.
    base: usize,
}

impl Budget {
    /// A budget that bounds steps only.
    pub fn new() -> Budget {
        Budget::default()
    }

    /// A budget that bounds memory too: what the meter tells beyond what it tells now.
    pub fn with_meter(meter: Meter) -> Budget {
        Budget { base: meter(), meter: Some(meter), steps: 0 }
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Takes steps, and sees whether too much is held.
    pub fn spend(&mut self, steps: u64, options: &Options) -> Result<(), Exhausted> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > options.max_steps {
            return Err(Exhausted::Steps(options.max_steps));
        }
        match &self.meter {
            Some(meter) if meter().saturating_sub(self.base) > options.max_held => {
                Err(Exhausted::Held(options.max_held))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("steps", &self.steps).finish_non_exhaustive()
    }
}

/// What of a [`Budget`] is used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exhausted {
    /// So many steps.
    Steps(u64),
    /// So many bytes.
    Held(usize),
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exhausted::Steps(max) => write!(f, "exceeded maximum number of steps ({max})"),
            Exhausted::Held(max) => write!(f, "exceeded maximum memory of a rendering ({max} bytes)"),
        }
    }
}

impl std::error::Error for Exhausted {}
