//! The cluster as a service.
