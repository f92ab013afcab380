use std::io;
use std::panic::resume_unwind;
use std::thread;

use super::Limits;

/// Bytes of stack that a unit of recursion takes, as measured and rounded up: one of parentheses takes two of them,
/// one through a function of the host's four.
const UNIT: usize = if cfg!(debug_assertions) { 2_300 } else { 800 };

/// How many units may be used of the stack that an execution starts on: one MiB of it. Threads have stacks of 2 MiB
/// where nothing else was asked for.
const FIRST_UNITS: usize = (1 << 20) / UNIT;

/// The same for a stack of our own; a part of it is left to functions that need more.
const UNITS: usize = STACK_SIZE / 2 / UNIT;

/// Size of a stack of our own. It is address space: memory is used as far as the stack grows.
const STACK_SIZE: usize = 32 << 20;

/// Native recursion that has been used, and how much the present stack bears.
pub(super) struct Native {
    used: usize,
    end: usize,
}

impl Default for Native {
    fn default() -> Self {
        Native { used: 0, end: FIRST_UNITS }
    }
}

/// Something that recurses and carries its limits along.
pub(super) trait Recursive: Send {
    fn limits(&mut self) -> &mut Limits;
}

/// Runs a step of a recursion that costs some units. When the stack has no room left, the step runs on a fresh
/// stack, which is a thread's, while this one waits: recursion is bounded by memory, not by the caller's stack.
pub(super) fn recurse<M: Recursive, T: Send>(
    machine: &mut M,
    units: usize,
    step: impl FnOnce(&mut M) -> T + Send,
) -> io::Result<T> {
    let native = &mut machine.limits().native;
    native.used += units;
    if native.used <= native.end {
        let result = step(machine);
        machine.limits().native.used -= units;
        return Ok(result);
    }
    let end = std::mem::replace(&mut native.end, native.used + UNITS);
    let result = thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, || step(machine))?;
        Ok(worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let native = &mut machine.limits().native;
    native.used -= units;
    native.end = end;
    result
}
