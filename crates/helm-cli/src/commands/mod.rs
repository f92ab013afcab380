//! One module a command: flags to request, result to text.

pub(crate) mod create;
pub(crate) mod dependency;
pub(crate) mod env;
pub(crate) mod get;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod install;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod package;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod registry;
pub(crate) mod repo;
pub(crate) mod rollback;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod template;
pub(crate) mod test;
pub(crate) mod uninstall;
pub(crate) mod unlock;
pub(crate) mod upgrade;
pub(crate) mod values;
pub(crate) mod verify;
pub(crate) mod version;
