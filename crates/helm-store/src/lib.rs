//! Where release records live.
