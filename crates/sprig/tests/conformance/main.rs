//! The functions against the real Sprig: every case is a template that both execute on the same data.
//!
//! `SEED` repeats a random run (each run prints its seed), `CASES` sets the number of random cases.

mod hostile;
mod judge;
mod names;
mod pools;
mod random;
mod shapes;
mod tables;
mod values;
