//! A release: manifests, hooks, history, stored form and plan.
