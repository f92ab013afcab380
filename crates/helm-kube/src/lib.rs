//! The cluster as a service: kubeconfig, discovery, get, apply, delete, watch, wait.
//!
//! A [`Cluster`] is made from [`ConnectOptions`] without touching the network; the first request opens the
//! connection. Behind it is any `tower` service that answers Kubernetes API requests ([`Cluster::from_service`]),
//! so a real API server, an in-process one and a scripted mock look the same to every caller.
//!
//! 1. [`Cluster::discovery`] asks once what the server serves; [`Cluster::build`] binds objects to it, which gives
//!    [`Resource`]s,
//! 2. [`Cluster::existing`] says which are there and whose they are; [`Cluster::create_all`],
//!    [`Cluster::update_all`], [`Cluster::prune`] and [`Cluster::delete_all`] bring sets of them to the cluster in
//!    Helm's order and with Helm's errors; [`Cluster::get`] and its neighbours handle single objects,
//! 3. [`Cluster::wait`] waits until they are ready, done or gone; [`Cluster::watch`] tells of every change.

mod adoption;
mod apply;
mod cluster;
mod connection;
mod discovery;
mod error;
mod logs;
mod manifest_check;
mod options;
mod resource;
mod resource_type;
mod retry;
mod table;
mod transport;
mod wait;
mod watch;

pub use adoption::{Adoption, Deletable};
pub use apply::{Applied, ApplyMode, ApplyOptions, FIELD_MANAGER, FieldValidation, UpdateResult};
pub use cluster::{Cluster, ListOptions, Patch, Propagation, WriteOptions};
pub use discovery::{Discovery, ServerVersion};
pub use error::{Error, Status, TransportError};
pub use kube::client::Body;
pub use logs::LogOptions;
pub use options::{ConnectOptions, RateLimit};
pub use resource::Resource;
pub use resource_type::ResourceType;
pub use table::{Column, Row, Table};
pub use wait::{WaitEvent, WaitFor, WaitObserver, WaitOptions, WaitStrategy};
pub use watch::{WatchEvent, WatchTarget};
