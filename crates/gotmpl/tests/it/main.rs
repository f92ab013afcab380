//! Tests of the template engine; the judge is Go's text/template itself.

mod arbitrary;
mod data;
mod generate;
mod host;
mod judge;
mod limits;
mod random;
mod sets;
mod tables;
