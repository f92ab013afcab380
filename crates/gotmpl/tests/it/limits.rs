//! Depth and size: bad input gives an error, never a crash.
