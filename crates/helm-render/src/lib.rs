//! Chart, values and capabilities to rendered files.
