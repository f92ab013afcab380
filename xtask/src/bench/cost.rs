//! What a command costs: time, processor time and memory, as the kernel counts them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    pub(super) wall: Duration,
    /// User and system time.
    pub(super) cpu: Duration,
    /// The most memory that was resident, in KiB.
    pub(super) memory: u64,
}

impl Cost {
    /// The shorter times and the larger memory of two.
    pub(super) fn best(self, other: Cost) -> Cost {
        Cost {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
            memory: self.memory.max(other.memory),
        }
    }
}

/// Runs a command several times, each after `before`; answers the shortest time, the mean processor time and the most
/// memory.
pub(super) fn measure(
    program: &Path,
    args: &[&str],
    dir: &Path,
    home: &Path,
    runs: u32,
    mut before: impl FnMut() -> Result<(), String>,
) -> Result<Cost, String> {
    let mut total = Cost { wall: Duration::MAX, ..Cost::default() };
    for _ in 0..runs {
        before()?;
        // Processor time is counted in hundredths of a second, so a sum over runs says more than one of them.
        let start = cpu_of_children()?;
        let (wall, memory) = once(program, args, dir, home)?;
        total.cpu += cpu_of_children()?.saturating_sub(start);
        total.wall = total.wall.min(wall);
        total.memory = total.memory.max(memory);
    }
    total.cpu /= runs;
    Ok(total)
}

fn once(program: &Path, args: &[&str], dir: &Path, home: &Path) -> Result<(Duration, u64), String> {
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("HOME", home)
        .stdout(Stdio::null())
        .spawn()
        .map_err(|e| format!("{}: {e}", program.display()))?;
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    loop {
        // The kernel's own high-water mark; it is gone with the process.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let mark = line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok());
        memory = memory.max(mark.unwrap_or(0));
        if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
            let wall = start.elapsed();
            let shown = || format!("{} {} ended with {status}", program.display(), args.join(" "));
            return if status.success() { Ok((wall, memory)) } else { Err(shown()) };
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// Processor time of all programs that were started and are over.
fn cpu_of_children() -> Result<Duration, String> {
    let text = fs::read_to_string("/proc/self/stat").map_err(|e| format!("/proc/self/stat: {e}"))?;
    // The name of the program, in brackets, may hold blanks; fields are counted after it.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<u64>().ok());
    let (Some(user), Some(system)) = (ticks(13), ticks(14)) else {
        return Err("/proc/self/stat has no times".to_owned());
    };
    // Linux shows programs a hundred ticks a second, whatever its own clock does.
    Ok(Duration::from_millis(10 * (user + system)))
}
