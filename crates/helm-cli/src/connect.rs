//! The cluster from settings, and the one place where an async runtime is started.

use std::future::Future;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use helm_actions::{Cancel, Canceller, Context as ActionContext, Event, Failure, Observer, Target};
use helm_kube::{Cluster, ConnectOptions, RateLimit};
use helm_store::{Driver, Store};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::log::Log;
use crate::settings::Settings;
use crate::world::Machine;

/// Stack of the thread that renders, in bytes.
const RENDER_STACK: usize = 8 << 20;

/// How long letting go of a lease may take.
const LAST_REQUEST: Duration = Duration::from_secs(5);

/// How soon after the first signal another one is the same wish.
const SAME_SIGNAL: Duration = Duration::from_secs(1);

/// How this process is named in a lease: `host/pid/start`.
fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok());
    let host = host.as_deref().map(str::trim).filter(|host| !host.is_empty()).unwrap_or("unknown");
    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{}/{}/{start:x}", host.replace('/', "-"), std::process::id())
}

/// What `helm-kube` needs to know to reach the cluster.
pub(crate) fn connect_options(settings: &Settings) -> ConnectOptions {
    let (kubeconfig, required) = kubeconfig_files(settings);
    ConnectOptions {
        kubeconfig,
        kubeconfig_required: required,
        context: settings.kube_context.clone(),
        namespace: settings.namespace.clone(),
        server: settings.kube_apiserver.clone(),
        token: settings.kube_token.clone(),
        as_user: settings.kube_as_user.clone(),
        as_groups: settings.kube_as_groups.clone(),
        ca_file: settings.kube_ca_file.clone().map(PathBuf::from),
        tls_server_name: settings.kube_tls_server_name.clone(),
        insecure_skip_tls_verify: settings.kube_insecure,
        rate_limit: rate_limit(settings),
        cache_folder: Some(settings.kube_cache.join("helm")),
        user_agent: Some(user_agent(settings)),
    }
}

/// How Helm names itself to servers.
pub(crate) fn user_agent(settings: &Settings) -> String {
    format!("Helm/{}", helm_render::helm_version(settings.compat).trim_start_matches('v'))
}

/// The server protects itself; only who asks for a limit gets one on this side.
fn rate_limit(settings: &Settings) -> Option<RateLimit> {
    (settings.qps > 0.0).then(|| RateLimit {
        per_second: f64::from(settings.qps),
        burst: u32::try_from(settings.burst_limit).unwrap_or(1).max(1),
    })
}

/// `--kubeconfig` alone, else the list in `KUBECONFIG`, else the file in the home folder.
fn kubeconfig_files(settings: &Settings) -> (Vec<PathBuf>, bool) {
    if let Some(file) = &settings.kubeconfig {
        return (vec![PathBuf::from(file)], true);
    }
    match &settings.kubeconfig_list {
        Some(list) => (std::env::split_paths(list).collect(), false),
        None => (vec![settings.home.join(".kube/config")], false),
    }
}

/// Runs a verb to its end on a runtime of this thread. Interrupting it ends it at its current step; `on_cancel` is
/// what the user is then told.
pub(crate) fn run<T, F>(
    context: &Context,
    all_namespaces: bool,
    on_cancel: Option<String>,
    verb: impl FnOnce(ActionContext) -> F,
) -> Result<T, CliError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let settings = &context.settings;
    let driver: Driver = settings.driver.parse().map_err(|e| CliError::new(format!("{e}")))?;
    let (canceller, cancel) = Cancel::pair();
    context.flush()?;
    // Templates are rendered on a blocking thread, which gets as much stack as the main thread has.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().thread_stack_size(RENDER_STACK).build().or_fail()?;
    let outcome = runtime.block_on(async {
        let cluster = Cluster::connect(connect_options(settings));
        let namespace = cluster.default_namespace();
        let log = context.log;
        cluster.on_warning(move |text| log.warn(text, &[]));
        let records = if all_namespaces { "" } else { namespace.as_str() };
        let store = Store::new(driver, cluster.clone(), records, settings.compat);
        let store = store.leased(&holder(), settings.lock_timeout);
        let action = ActionContext {
            target: Target { store: store.clone(), cluster, namespace, compat: settings.compat },
            observer: Arc::new(Terminal { log: context.log, tables: context.prints_tables() }),
            cancel,
            host: Arc::new(Machine),
        };
        let interrupted = tokio::spawn(interrupt(canceller, on_cancel));
        let outcome = verb(action).await;
        // A server that went away must not keep the process; the lease dies of age then.
        let _ = tokio::time::timeout(LAST_REQUEST, store.let_go()).await;
        let signal = if interrupted.is_finished() { interrupted.await.ok() } else { None };
        outcome.map_err(|failure| (failure, signal))
    });
    // Reads that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    outcome.map_err(|(failure, signal)| match signal {
        Some(code) => CliError::with_code(failure, code),
        None if failure.is_pending() && std::io::stderr().is_terminal() => CliError::new(format!(
            "{failure}\nhint: if the operation that left the release pending runs no more, `helm unlock RELEASE` takes it"
        )),
        None => CliError::new(failure),
    })
}

/// Waits for SIGINT or SIGTERM and ends the verb; another one, at least a second later, ends the process at once.
async fn interrupt(canceller: Canceller, message: Option<String>) -> u8 {
    let code = next_signal().await;
    if let Some(message) = message {
        crate::screen::output_line(&message);
    }
    canceller.cancel();
    tokio::spawn(async {
        // `timeout` and supervisors signal the process and then its group: that is one wish, not two.
        tokio::time::sleep(SAME_SIGNAL).await;
        let code = next_signal().await;
        std::process::exit(i32::from(code));
    });
    code
}

/// The exit code that shells give to a process that was ended by the signal.
#[cfg(unix)]
pub(crate) async fn next_signal() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => 130,
        _ = terminate.recv() => 143,
    }
}

#[cfg(not(unix))]
pub(crate) async fn next_signal() -> u8 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => 130,
        Err(_) => std::future::pending().await,
    }
}

/// Tells the user what happens.
struct Terminal {
    log: Log,
    tables: bool,
}

impl Observer for Terminal {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Log { level, message, fields } => self.log.at(level, message, fields),
            Event::Chart(warning) => self.log.chart_warning(warning),
            Event::Installing { release } => {
                if !self.tables {
                    return;
                }
                let name = crate::text::quote(release);
                crate::screen::output_line(&format!("Release {name} does not exist. Installing it now."));
            }
            Event::HookLogs { text, .. } => {
                let _ = std::io::stderr().write_all(text);
            }
            Event::Planned(plan) => self.log.debug("plan", &[("plan", &plan.to_string())]),
            _ => {}
        }
    }
}
