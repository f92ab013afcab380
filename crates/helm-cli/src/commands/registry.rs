//! `helm registry`: logging in to registries and out.

use std::io::Read;

use helm_chart::Compat;
use helm_source::http::Access;
use helm_source::oci::{self, Credential};

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::{Flag, REGISTRY};
use crate::parse::Args;
use crate::source;
use crate::terminal;

/// The group and its commands.
pub(crate) const COMMAND: Command = Command {
    name: "registry",
    usage: "registry",
    short: "log in to a registry or out of it",
    long: "Keeps and forgets the credentials of registries.",
    arity: Arity::Any,
    subcommands: &[LOGIN, LOGOUT],
    ..BLANK
};

const LOGIN: Command = Command {
    name: "login",
    usage: "login [host]",
    short: "log in to a registry",
    long: "Tries user and password at a registry and keeps them when they are accepted.\n\n    \
           echo \"$TOKEN\" | helm registry login ghcr.io -u \"$NAME\" --password-stdin",
    arity: Arity::AtLeast(1),
    flags: &[
        REGISTRY,
        &[
            Flag::switch("insecure", "do not check the registry's certificate; this is insecure"),
            Flag::text("password", "", "password or token for the registry").short('p'),
            Flag::switch("password-stdin", "read the password or token from standard input"),
            Flag::text("username", "", "user of the registry").short('u'),
        ],
    ],
    run: Some(login),
    ..BLANK
};

const LOGOUT: Command = Command {
    name: "logout",
    usage: "logout [host]",
    short: "log out of a registry",
    long: "Forgets the credentials that are kept for a registry.",
    arity: Arity::AtLeast(1),
    run: Some(logout),
    ..BLANK
};

fn login(context: &Context, args: &Args) -> Result<(), CliError> {
    let typed = args.positional()[0];
    let credential = credential(context, args)?;
    let host = oci::registry_host(typed, context.compat());
    remark_on_host(context, typed, host);
    let access = Access {
        username: String::new(),
        password: "".into(),
        insecure_skip_tls_verify: args.on("insecure"),
        ..source::access(args)
    };
    let sources = source::sources(context);
    let places = oci::credential_places(&sources);
    source::run(context, async {
        oci::login(sources.client.clone(), &access, &places, context.compat(), host, credential).await
    })?;
    (sources.registries.output)("Login Succeeded");
    Ok(())
}

fn logout(context: &Context, args: &Args) -> Result<(), CliError> {
    let host = args.positional()[0];
    let sources = source::sources(context);
    oci::logout(&oci::credential_places(&sources), host).or_fail()?;
    (sources.registries.output)(&format!("Removing login credentials for {host}"));
    Ok(())
}

/// A host with a path is cut by Helm 3, and refused by Helm 4 after a warning.
fn remark_on_host(context: &Context, typed: &str, host: &str) {
    if context.compat() == Compat::V4 {
        if let Some((suggested, _)) = typed.split_once('/') {
            context.log.warn(
                "registry login currently only supports registry hostname, not a repository path",
                &[("host", typed), ("suggested", suggested)],
            );
        }
        return;
    }
    if !context.settings.debug {
        return;
    }
    let plain = typed.split_once("://").map_or(typed, |(_, plain)| plain);
    let rule = "[WARNING] Invalid registry passed: registries should NOT";
    if plain != typed {
        context.log.plain(&format!("{rule} be prefixed with a URL scheme. Use {} instead", quoted(plain)));
    }
    if plain != host {
        context.log.plain(&format!("{rule} include a repository. Use {} instead", quoted(host)));
    }
}

fn quoted(text: &str) -> String {
    crate::text::quote(text)
}

/// User and password from flags, standard input, or a person.
fn credential(context: &Context, args: &Args) -> Result<Credential, CliError> {
    let (username, password) = (args.text("username"), args.text("password"));
    if args.on("password-stdin") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).or_fail()?;
        let password = text.strip_suffix('\n').unwrap_or(&text);
        let password = password.strip_suffix('\r').unwrap_or(password);
        return Ok(Credential::basic(username, password));
    }
    if !password.is_empty() {
        context.log.warn(
            match context.compat() {
                Compat::V3 => "Using --password via the CLI is insecure. Use --password-stdin.",
                Compat::V4 => "using --password via the CLI is insecure. Use --password-stdin",
            },
            &[],
        );
        return Ok(Credential::basic(username, password));
    }
    context.flush()?;
    let username = match username {
        "" => terminal::read_line("Username: ")?.trim().to_owned(),
        given => given.to_owned(),
    };
    let (prompt, missing) = match username.is_empty() {
        true => ("Token: ", "token required"),
        false => ("Password: ", "password required"),
    };
    match terminal::read_hidden(prompt)? {
        password if password.is_empty() => Err(CliError::new(missing)),
        password => Ok(Credential::basic(username, password)),
    }
}
