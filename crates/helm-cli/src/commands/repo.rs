//! `helm repo add|index|list|remove|update`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use helm_chart::Compat;
use helm_source::repositories::{Entry, File, lock_path};
use helm_source::{MakeIndex, SourceError, files, forget, make_index, refresh, refresh_all};
use serde::Serialize;

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::{
    CA_FILE, CERT_FILE, Flag, INSECURE_SKIP_TLS_VERIFY, KEY_FILE, OUTPUT, PASS_CREDENTIALS, PASSWORD,
    USERNAME,
};
use crate::output::Format;
use crate::parse::Args;
use crate::printer::rows;
use crate::source;
use crate::text::quote;

/// The group and its commands.
pub(crate) const COMMAND: Command = Command {
    name: "repo",
    usage: "repo add|remove|list|index|update [ARGS]",
    short: "manage chart repositories",
    long: "Adds, lists, updates and removes chart repositories, and makes the index of one.",
    arity: Arity::None,
    subcommands: &[ADD, INDEX, LIST, REMOVE, UPDATE],
    ..BLANK
};

const DOWNLOAD_TIMEOUT: Flag = Flag::duration("timeout", "2m0s", "how long fetching an index may take");

const ADD: Command = Command {
    name: "add",
    usage: "add [NAME] [URL]",
    short: "add a chart repository",
    long: "Fetches the index of a chart repository and remembers name and address.",
    arity: Arity::Exactly(2),
    flags: &[&[
        Flag::switch("allow-deprecated-repos", "allow the addresses of the repositories that were shut down"),
        CA_FILE,
        CERT_FILE,
        Flag::switch("force-update", "replace a repository of the same name"),
        INSECURE_SKIP_TLS_VERIFY,
        KEY_FILE,
        Flag::switch("no-update", "does nothing").only3(),
        PASS_CREDENTIALS,
        PASSWORD,
        Flag::switch("password-stdin", "read the password from stdin"),
        DOWNLOAD_TIMEOUT,
        USERNAME,
    ]],
    run: Some(add),
    ..BLANK
};

const INDEX: Command = Command {
    name: "index",
    usage: "index [DIR]",
    short: "make the index of a folder of packaged charts",
    long: "Reads the packaged charts of a folder and writes its index.yaml. With --merge, what another index has beside \
           them is taken over.",
    arity: Arity::Exactly(1),
    flags: &[&[
        Flag::switch("json", "write JSON"),
        Flag::text("merge", "", "index to take over what the folder does not have"),
        Flag::text("url", "", "address that the charts will have"),
    ]],
    run: Some(index),
    ..BLANK
};

const LIST: Command = Command {
    name: "list",
    aliases: &["ls"],
    usage: "list",
    short: "print the chart repositories",
    long: "Prints names and addresses of the chart repositories that were added.",
    arity: Arity::None,
    flags: &[&[Flag::switch("no-headers", "leave the header of the table out").since4(), OUTPUT]],
    run: Some(list),
    ..BLANK
};

const REMOVE: Command = Command {
    name: "remove",
    aliases: &["rm"],
    usage: "remove [REPO1 [REPO2 ...]]",
    short: "remove chart repositories",
    long: "Forgets chart repositories and what was fetched from them.",
    arity: Arity::AtLeast(1),
    run: Some(remove),
    ..BLANK
};

const UPDATE: Command = Command {
    name: "update",
    aliases: &["up"],
    usage: "update [REPO1 [REPO2 ...]]",
    short: "fetch the indexes of chart repositories",
    long: "Fetches the indexes of all chart repositories, or of those that are named, for search and install to work \
           with. An index that did not change is not fetched again.",
    arity: Arity::Any,
    flags: &[&[
        Flag::switch("fail-on-repo-update-fail", "fail when a repository cannot be updated").only3(),
        DOWNLOAD_TIMEOUT,
    ]],
    run: Some(update),
    ..BLANK
};

/// Repositories that were shut down, and where their charts went.
const SHUT_DOWN: [(&str, &str); 2] = [
    ("//kubernetes-charts.storage.googleapis.com", "https://charts.helm.sh/stable"),
    ("//kubernetes-charts-incubator.storage.googleapis.com", "https://charts.helm.sh/incubator"),
];

/// How long another program may hold the lock on `repositories.yaml`, as in Helm.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

fn config(context: &Context) -> PathBuf {
    PathBuf::from(&context.settings.repository_config)
}

fn timeout(args: &Args) -> Option<Duration> {
    // As in Go, none at all is no limit.
    u64::try_from(args.duration("timeout").nanos()).ok().filter(|n| *n > 0).map(Duration::from_nanos)
}

fn lock(config: &Path) -> Result<files::Lock, CliError> {
    let path = lock_path(config);
    if let Some(parent) = path.parent() {
        files::make_dir(parent).map_err(|e| CliError::new(files::path_error("mkdir", parent, &e)))?;
    }
    match files::Lock::acquire(&path, LOCK_PATIENCE) {
        Ok(Some(lock)) => Ok(lock),
        Ok(None) => Err(CliError::new("context deadline exceeded")),
        Err(e) => Err(CliError::new(files::path_error("open", &path, &e))),
    }
}

fn add(context: &Context, args: &Args) -> Result<(), CliError> {
    let [name, url] = args.positional()[..] else { return Err(CliError::usage("name and address, please")) };
    if !args.on("allow-deprecated-repos")
        && let Some((_, instead)) = SHUT_DOWN.iter().find(|(gone, _)| url.contains(gone))
    {
        let (url, instead) = (quote(url), quote(instead));
        return Err(CliError::new(format!("repo {url} is no longer available; try {instead} instead")));
    }
    let config = config(context);
    let _lock = lock(&config)?;
    let mut file = match File::load(&config) {
        Err(e) if e.is_missing() => File::default(),
        outcome => outcome.or_fail()?,
    };
    let mut password = args.text("password").to_owned();
    if !args.text("username").is_empty() && password.is_empty() {
        password = ask_password(context, args)?;
    }
    let entry = Entry {
        name: name.to_owned(),
        url: url.to_owned(),
        username: args.text("username").to_owned(),
        password: password.into(),
        pass_credentials_all: args.on("pass-credentials"),
        cert_file: args.text("cert-file").to_owned(),
        key_file: args.text("key-file").to_owned(),
        ca_file: args.text("ca-file").to_owned(),
        insecure_skip_tls_verify: args.on("insecure-skip-tls-verify"),
    };
    if name.contains('/') {
        return Err(CliError::new(format!(
            "repository name ({name}) contains '/', please specify a different name without '/'"
        )));
    }
    if !args.on("force-update")
        && let Some(known) = file.get(name)
    {
        if *known != entry {
            return Err(CliError::new(format!(
                "repository name ({name}) already exists, please specify a different name"
            )));
        }
        let name = quote(name);
        return context.println(&format!("{name} already exists with the same configuration, skipping"));
    }
    let sources = source::sources(context);
    let fetched = source::run(context, async { refresh(&sources, &entry, timeout(args)).await });
    fetched.map_err(|error| {
        // An address that cannot be one is told as it is.
        if is_unusable(context, url) {
            return error;
        }
        let url = quote(&shown(url));
        error.context(&format!("looks like {url} is not a valid chart repository or cannot be reached"))
    })?;
    file.update(entry);
    file.write(&config).or_fail()?;
    context.println(&format!("{} has been added to your repositories", quote(name)))
}

/// Whether no getter takes the address.
fn is_unusable(context: &Context, url: &str) -> bool {
    let client = source::client(context);
    gonet::Url::parse(url).map_or(true, |url| !client.speaks(&url.scheme))
}

/// An address as it may be shown.
fn shown(url: &str) -> String {
    gonet::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.without_password())
}

/// The password from stdin, or from the terminal.
fn ask_password(context: &Context, args: &Args) -> Result<String, CliError> {
    if !args.on("password-stdin") {
        context.flush()?;
        let password = crate::terminal::read_hidden("Password: ");
        if password.is_err() {
            context.println("")?;
        }
        return password;
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).or_fail()?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

/// One repository as `-o json` shows it.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    url: &'a str,
}

fn list(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = Format::of(args);
    // A file that cannot be read lists nothing, as in Helm.
    let file = File::load(&config(context)).unwrap_or_default();
    if file.repositories.is_empty() && format == Format::Table {
        return match context.compat() {
            Compat::V3 => Err(CliError::new("no repositories to show")),
            Compat::V4 => {
                context.log.plain("no repositories to show");
                Ok(())
            }
        };
    }
    // Helm shows a password that stands in an address.
    let addresses: Vec<String> =
        file.repositories.iter().map(|entry| gonet::mask_password(&entry.url)).collect();
    let listed: Vec<Listed<'_>> = file
        .repositories
        .iter()
        .zip(&addresses)
        .map(|(entry, url)| Listed { name: &entry.name, url })
        .collect();
    format.print(context, &listed, || {
        let cells: Vec<Vec<String>> =
            listed.iter().map(|entry| vec![entry.name.to_owned(), entry.url.to_owned()]).collect();
        Ok(if args.on("no-headers") { crate::output::table(&cells) } else { rows(&["NAME", "URL"], cells) })
    })
}

fn remove(context: &Context, args: &Args) -> Result<(), CliError> {
    let config = config(context);
    let none = || CliError::new("no repositories configured");
    if !config.exists() {
        return Err(none());
    }
    let _lock = lock(&config)?;
    let mut file = File::load(&config).ok().filter(|file| !file.repositories.is_empty()).ok_or_else(none)?;
    let cache = PathBuf::from(&context.settings.repository_cache);
    for name in args.positional() {
        if !file.remove(name) {
            return Err(CliError::new(format!("no repo named {} found", quote(name))));
        }
        file.write(&config).or_fail()?;
        forget(&cache, name).or_fail()?;
        context.println(&format!("{} has been removed from your repositories", quote(name)))?;
    }
    Ok(())
}

fn update(context: &Context, args: &Args) -> Result<(), CliError> {
    let config = config(context);
    let none = || CliError::new("no repositories found. You must add one before updating");
    let file = match File::load(&config) {
        Err(e) if e.is_missing() => return Err(none()),
        Err(e) => return Err(CliError::new(format!("failed loading file: {}: {e}", config.display()))),
        Ok(file) if file.repositories.is_empty() => return Err(none()),
        Ok(file) => file,
    };
    let wanted = args.positional();
    if let Some(unknown) = wanted.iter().find(|name| file.get(name).is_none()) {
        return Err(CliError::new(format!(
            "no repositories found matching '{unknown}'.  Nothing will be updated"
        )));
    }
    let chosen: Vec<Entry> = file
        .repositories
        .into_iter()
        .filter(|e| wanted.is_empty() || wanted.contains(&e.name.as_str()))
        .collect();
    // Helm makes all getters before it uses one.
    let client = source::client(context);
    for entry in &chosen {
        let parsed = gonet::Url::parse(&entry.url).map_err(|_| SourceError::InvalidUrl(entry.url.clone()));
        let scheme = parsed.or_fail()?.scheme;
        if !client.speaks(&scheme) {
            return Err(CliError::new(SourceError::RepositoryScheme(scheme)));
        }
    }
    context.println("Hang tight while we grab the latest from your chart repositories...")?;
    let failed = update_all(context, &chosen, timeout(args))?;
    let failed = format!("[{}]", failed.join(" "));
    match context.compat() {
        _ if failed == "[]" => {}
        Compat::V4 => {
            return Err(CliError::new(format!("failed to update the following repositories: {failed}")));
        }
        Compat::V3 if args.on("fail-on-repo-update-fail") => {
            return Err(CliError::new(format!("Failed to update the following repositories: {failed}")));
        }
        Compat::V3 => {}
    }
    context.println("Update Complete. ⎈Happy Helming!⎈")
}

/// Updates repositories at once and says of each one how it went; answers the addresses of those that failed.
pub(crate) fn update_all(
    context: &Context,
    entries: &[Entry],
    timeout: Option<Duration>,
) -> Result<Vec<String>, CliError> {
    let sources = source::sources(context);
    let mut failed = Vec::new();
    source::run(context, async {
        refresh_all(&sources, entries, timeout, |entry, outcome| {
            let name = quote(&entry.name);
            let line = match outcome {
                Ok(()) => format!("...Successfully got an update from the {name} chart repository"),
                Err(error) => {
                    let url = shown(&entry.url);
                    failed.push(url.clone());
                    format!("...Unable to get an update from the {name} chart repository ({url}):\n\t{error}")
                }
            };
            // Told as it happens; where nobody reads, nothing is lost.
            crate::screen::output_line(&line);
        })
        .await;
        Ok::<(), SourceError>(())
    })?;
    Ok(failed)
}

fn index(context: &Context, args: &Args) -> Result<(), CliError> {
    let folder = std::path::absolute(args.positional()[0]).or_fail()?;
    let request = MakeIndex {
        folder,
        url: args.text("url").to_owned(),
        merge: args.text_if_given("merge").map(PathBuf::from),
        json: args.on("json"),
        now: now()?,
    };
    make_index(&source::sources(context), &request).or_fail()
}

/// The time with the offset of the local time zone, as Go writes it.
fn now() -> Result<helm_chart::Time, CliError> {
    let now = jiff::Zoned::now();
    now.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string().parse().or_fail()
}
