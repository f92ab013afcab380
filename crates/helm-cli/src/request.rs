//! From flags to what is meant: checks that several commands share.

use gotmpl::{Options, TemplateSet};
use govalue::{Map, Value};
use helm_chart::Compat;

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;

/// What `--dry-run` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DryRunFlag {
    None,
    Client,
    Server,
}

/// Reads `--dry-run` with the old boolean forms, which warn.
pub(crate) fn dry_run(context: &Context, args: &Args, template: bool) -> Result<DryRunFlag, CliError> {
    let value = args.text("dry-run");
    let choices = if template { "\"server\" or \"client\"" } else { "\"none\", \"server\", or \"client\"" };
    let old = context.compat() == Compat::V3;
    let invalid = || match old {
        true => CliError::usage(
            "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server",
        ),
        false => CliError::usage(format!(
            "invalid dry-run value ({}). Must be {choices}",
            crate::text::quote(value)
        )),
    };
    match value {
        "" if old && template => Ok(DryRunFlag::Client),
        "" if old => Ok(DryRunFlag::None),
        "unset" => {
            if !old {
                context
                    .log
                    .warn("--dry-run is deprecated and should be replaced with '--dry-run=client'", &[]);
            }
            Ok(DryRunFlag::Client)
        }
        "client" => Ok(DryRunFlag::Client),
        "server" => Ok(DryRunFlag::Server),
        "none" if template && args.given("dry-run") => Err(invalid()),
        "none" => Ok(DryRunFlag::None),
        _ => {
            let on = match value {
                "1" | "t" | "T" | "TRUE" | "true" | "True" => true,
                "0" | "f" | "F" | "FALSE" | "false" | "False" if !template => false,
                "0" | "f" | "F" | "FALSE" | "false" | "False" => return Err(invalid()),
                _ if old => return Err(invalid()),
                _ => {
                    return Err(CliError::usage(format!(
                        "invalid dry-run value ({}). Must be \"none\", \"server\", or \"client\"",
                        crate::text::quote(value)
                    )));
                }
            };
            let (result, word) = if on { (DryRunFlag::Client, "client") } else { (DryRunFlag::None, "none") };
            if !old {
                context.log.warn(
                    &format!(
                        "boolean '--dry-run={value}' flag is deprecated and must be replaced with \
                         '--dry-run={word}'"
                    ),
                    &[],
                );
            }
            Ok(result)
        }
    }
}

/// The release name and the chart reference from the arguments of `install` and `template`.
pub(crate) fn name_and_chart(args: &Args, default_name: Option<&str>) -> Result<(String, String), CliError> {
    let given = args.positional();
    let (generate, template) = (args.on("generate-name"), args.text_if_given("name-template"));
    match given[..] {
        [name, chart] => {
            if generate {
                return Err(CliError::usage("cannot set --generate-name and also specify a name"));
            }
            if template.is_some() {
                return Err(CliError::usage("cannot set --name-template and also specify a name"));
            }
            Ok((name.to_owned(), chart.to_owned()))
        }
        [chart] => {
            let name = match (template, default_name) {
                (Some(template), _) => name_from_template(template)?,
                (None, Some(name)) => name.to_owned(),
                (None, None) if generate => generated_name(chart),
                (None, None) => {
                    return Err(CliError::usage("must either provide a name or specify --generate-name"));
                }
            };
            Ok((name, chart.to_owned()))
        }
        _ => Err(CliError::usage(format!(
            "expected at most two arguments, unexpected arguments: {}",
            given[2..].join(", ")
        ))),
    }
}

/// `chart-1700000000`: the reference's base name up to the first dot, and the time in seconds.
fn generated_name(reference: &str) -> String {
    let base = reference.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let base = if base.is_empty() || base == "." { "chart" } else { base };
    let stem = base.split('.').next().unwrap_or_default();
    format!("{stem}-{}", jiff::Timestamp::now().as_second())
}

/// `--name-template`: a Go template with Sprig's functions.
fn name_from_template(template: &str) -> Result<String, CliError> {
    let functions = sprig::functions(std::sync::Arc::new(crate::world::Machine));
    let mut set = TemplateSet::new(Options::default()).with_funcs(std::sync::Arc::new(functions));
    set.parse("name-template", template).or_fail()?;
    let mut out = Vec::new();
    set.execute("name-template", &Value::Map(Map::nil(Map::string_any())), &mut out).or_fail()?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Refuses flags that exclude one another, in cobra's words.
pub(crate) fn exclusive(args: &Args, group: &[&str]) -> Result<(), CliError> {
    let mut given: Vec<&str> = group.iter().copied().filter(|f| args.given(f)).collect();
    if given.len() < 2 {
        return Ok(());
    }
    given.sort_unstable();
    Err(CliError::usage(format!(
        "if any flags in the group [{}] are set none of the others can be; [{}] were all set",
        group.join(" "),
        given.join(" ")
    )))
}
