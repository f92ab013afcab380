//! Where charts come from, as flags and environment say: the way of every command to `helm-source`.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use helm_chart::Compat;
use helm_source::http::{Access, Client, ClientOptions};
use helm_source::oci::Registries;
use helm_source::{Places, Query, SourceError, Sources, Verify, locate_local};

use crate::connect;
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::log::quote_if_needed;
use crate::parse::Args;

/// What all work with repositories and registries needs. Costs nothing until something is fetched.
pub(crate) fn sources(context: &Context) -> Sources {
    let settings = &context.settings;
    let log = context.log;
    Sources {
        places: Places {
            repository_config: PathBuf::from(&settings.repository_config),
            repository_cache: PathBuf::from(&settings.repository_cache),
            content_cache: PathBuf::from(&settings.content_cache),
            registry_config: PathBuf::from(&settings.registry_config),
        },
        client: client(context),
        compat: settings.compat,
        remarks: Arc::new(move |warning| log.chart_warning(warning)),
        registries: registries(context),
    }
}

/// What speaks HTTP, as the environment says.
pub(crate) fn client(context: &Context) -> Client {
    Client::new(ClientOptions {
        user_agent: connect::user_agent(&context.settings),
        proxies: context.settings.proxies.clone(),
        compat: context.settings.compat,
        getters: crate::plugin::getters(context),
        ..ClientOptions::default()
    })
}

/// What is said of charts in registries goes to stdout in Helm 4 and to stderr in Helm 3; results that programs read
/// stay clean.
fn registries(context: &Context) -> Registries {
    let on_stdout = context.compat() == Compat::V4 && context.prints_tables() && !context.prints_charts;
    Registries {
        docker_config: Some(context.settings.docker_config.clone()),
        search_path: context.settings.search_path.clone(),
        output: Arc::new(move |line| {
            // A reader that went away is found out by those who print results.
            match on_stdout {
                true => crate::screen::output_line(line),
                false => crate::screen::error_line(line),
            }
        }),
        ..Registries::default()
    }
}

/// How servers are spoken to, from the flags that every command with a chart has.
pub(crate) fn access(args: &Args) -> Access {
    Access {
        username: args.text("username").to_owned(),
        password: args.text("password").into(),
        pass_credentials: args.on("pass-credentials"),
        ca_file: args.text("ca-file").to_owned(),
        cert_file: args.text("cert-file").to_owned(),
        key_file: args.text("key-file").to_owned(),
        insecure_skip_tls_verify: args.on("insecure-skip-tls-verify"),
        plain_http: args.on("plain-http"),
        timeout: None,
    }
}

/// What the flags say of the chart that is meant.
pub(crate) fn query(context: &Context, args: &Args) -> Query {
    let version = match args.text("version") {
        "" if args.on("devel") => {
            context.log.debug("setting version to >0.0.0-0", &[]);
            ">0.0.0-0"
        }
        version => version,
    };
    Query {
        version: version.to_owned(),
        repository: args.text("repo").to_owned(),
        access: access(args),
        verify: if args.on("verify") { Verify::Always } else { Verify::Never },
        keyring: if args.on("verify") { keyring(context, args) } else { PathBuf::new() },
    }
}

/// `--keyring`, or GnuPG's.
pub(crate) fn keyring(context: &Context, args: &Args) -> PathBuf {
    match args.given("keyring") {
        true => PathBuf::from(args.text("keyring")),
        false => crate::settings::default_keyring(context.compat()),
    }
}

/// Finds the chart that a reference means: on the disk without further ado, else by fetching it.
pub(crate) fn locate(context: &Context, args: &Args, reference: &str) -> Result<PathBuf, CliError> {
    let query = query(context, args);
    if let Some(path) = locate_local(reference, &query, context.compat()).or_fail()? {
        if !query.repository.is_empty() {
            context.log.plain(&format!(
                "install.go:759: WARN local chart found in current working directory. repository url ignored chart={} \
                 repository={}",
                quote_if_needed(reference),
                quote_if_needed(&query.repository)
            ));
        }
        return Ok(path);
    }
    let sources = sources(context);
    run(context, async move { helm_source::locate(&sources, reference, &query).await })
}

/// Runs work that fetches to its end, on a runtime of this thread. Being interrupted drops the work with everything
/// it wrote half.
pub(crate) fn run<T, E: Into<SourceError>>(
    context: &Context,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, CliError> {
    run_plain(context, async { work.await.map_err(Into::into) })
}

/// As [`run`], for work with other errors.
pub(crate) fn run_plain<T, E: std::fmt::Display>(
    context: &Context,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, CliError> {
    context.flush()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_fail()?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = work => outcome.map_err(CliError::new),
            code = connect::next_signal() => Err(CliError::with_code("", code)),
        }
    });
    // Look-ups of names that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    outcome
}
