//! Chart reference to verified chart.
