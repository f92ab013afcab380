//! The tree of commands as data.

use helm_chart::Compat;

use crate::commands;
use crate::context::Context;
use crate::error::CliError;
use crate::flag::{CHART_SOURCE, Flag, KEYRING, OUTPUT, TIMEOUT, VALUES, WAIT, WAIT3};
use crate::parse::Args;
use crate::plugin::POST_RENDER_FLAGS;

/// How many arguments a command takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Arity {
    None,
    Exactly(usize),
    AtLeast(usize),
    AtMost(usize),
    /// At least so many since Helm 4.
    AtLeastSince4(usize),
    /// The command says itself what it wants.
    Any,
}

/// What a command does.
pub(crate) type Run = fn(&Context, &Args) -> Result<(), CliError>;

/// A node of the command tree.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// Name and arguments as help shows them.
    pub(crate) usage: &'static str,
    pub(crate) short: &'static str,
    pub(crate) long: &'static str,
    pub(crate) arity: Arity,
    pub(crate) flags: &'static [&'static [Flag]],
    pub(crate) subcommands: &'static [Command],
    pub(crate) run: Option<Run>,
    pub(crate) hidden: bool,
    /// The only Helm that has it.
    pub(crate) only: Option<Compat>,
}

/// A command without anything, to be filled.
pub(crate) const BLANK: Command = Command {
    name: "",
    aliases: &[],
    usage: "",
    short: "",
    long: "",
    arity: Arity::None,
    flags: &[],
    subcommands: &[],
    run: None,
    hidden: false,
    only: None,
};

impl Command {
    /// Whether the Helm that is imitated has it.
    pub(crate) fn exists(&self, compat: Compat) -> bool {
        self.only.is_none_or(|only| only == compat)
    }

    /// Checks the number of arguments; the text is Helm's.
    pub(crate) fn check_arity(&self, path: &[&str], given: usize, compat: Compat) -> Result<(), CliError> {
        let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
        let wants = match self.arity {
            Arity::None if given > 0 => "accepts no arguments".to_owned(),
            Arity::Exactly(n) if given != n => format!("requires {n} {}", plural(n)),
            Arity::AtLeastSince4(_) if compat == Compat::V3 => return Ok(()),
            Arity::AtLeast(n) | Arity::AtLeastSince4(n) if given < n => {
                format!("requires at least {n} {}", plural(n))
            }
            Arity::AtMost(n) if given > n => format!("accepts at most {n} {}", plural(n)),
            _ => return Ok(()),
        };
        Err(CliError::usage(format!(
            "\"{}\" {wants}\n\nUsage:  {}",
            path.join(" "),
            crate::help::usage_line(self, path)
        )))
    }
}

const DEPENDENCY_UPDATE: Flag =
    Flag::switch("dependency-update", "fetch the charts that this one needs if they are missing");

/// Flags of `install` and `template`.
const INSTALL: &[Flag] = &[
    Flag::switch("create-namespace", "make the namespace of the release if there is none"),
    DEPENDENCY_UPDATE,
    Flag::text("description", "", "text to record as the description of the release"),
    Flag::switch("disable-openapi-validation", "do not check objects against the cluster's OpenAPI schema"),
    Flag::switch("enable-dns", "let templates look up host names"),
    FORCE,
    FORCE3,
    Flag::switch("force-conflicts", "with server-side apply, take over fields that others manage").since4(),
    Flag::switch("force-replace", "replace objects that cannot be changed").since4(),
    Flag::switch("generate-name", "make up a name for the release").short('g'),
    Flag::pairs("labels", "labels to put on the release record, separated by commas").short('l'),
    Flag::text("name-template", "", "template that makes the name of the release"),
    Flag::switch("no-hooks", "do not run hooks"),
    Flag::switch("replace", "take a name that an uninstalled release still holds; unsafe in production"),
    Flag::switch("rollback-on-failure", "on failure uninstall what was installed; implies --wait=watcher")
        .since4(),
    ATOMIC,
    ATOMIC3,
    Flag::switch_on("server-side", "let the server merge changes (server-side apply)").since4(),
    Flag::switch("skip-crds", "do not install the chart's custom resource definitions"),
    Flag::switch("skip-schema-validation", "do not check values against the chart's schema"),
    Flag::switch("take-ownership", "adopt existing objects that do not carry the release's marks"),
    Flag::switch("wait-for-jobs", "with --wait, wait for Jobs to complete too"),
    TIMEOUT,
    WAIT,
    WAIT3,
];

const DRY_RUN: Flag = Flag::optional(
    "dry-run",
    "none",
    "unset",
    "only simulate: none (the default), client (without the cluster) or server (asking the cluster)",
)
.since4();

/// Helm 3's form.
const DRY_RUN3: Flag = Flag::optional(
    "dry-run",
    "",
    "client",
    "only simulate: client (without the cluster) or server (asking the cluster)",
)
.only3();

const FORCE: Flag =
    Flag::switch("force", "replace objects that cannot be changed").deprecated("use --force-replace instead");
const FORCE3: Flag = Flag::switch("force", "replace objects that cannot be changed").only3();
const ATOMIC: Flag = Flag::switch("atomic", "the same as --rollback-on-failure")
    .deprecated("use --rollback-on-failure instead");
const ATOMIC3: Flag =
    Flag::switch("atomic", "on failure go back to what was there before; implies --wait").only3();

const INSTALL_ONLY: &[Flag] = &[
    DRY_RUN,
    DRY_RUN3,
    Flag::switch("hide-notes", "do not print the notes"),
    Flag::switch("hide-secret", "leave Secrets out of what a dry run prints"),
    OUTPUT,
    Flag::switch("render-subchart-notes", "print the notes of subcharts as well"),
];

const NO_NOTES: &str = "this flag has no effect for 'helm template' and will be removed in Helm 5";

const TEMPLATE: &[Flag] = &[
    Flag::slice("api-versions", "API versions that the cluster is to have; may be repeated").short('a'),
    Flag::optional(
        "dry-run",
        "client",
        "unset",
        "client (without the cluster) or server (asking the cluster)",
    )
    .since4(),
    DRY_RUN3,
    Flag::switch("hide-notes", "do not print the notes").deprecated(NO_NOTES),
    Flag::switch("hide-notes", "do not print the notes").only3(),
    Flag::switch("include-crds", "print the custom resource definitions too"),
    Flag::switch("is-upgrade", "set .Release.IsUpgrade instead of .Release.IsInstall"),
    Flag::text("kube-version", "", "version of Kubernetes to render for"),
    Flag::text("output-dir", "", "folder to write the rendered files to"),
    Flag::switch("render-subchart-notes", "print the notes of subcharts as well").deprecated(NO_NOTES),
    Flag::switch("render-subchart-notes", "print the notes of subcharts as well").only3(),
    Flag::switch("release-name", "with --output-dir, write to a folder named after the release"),
    Flag::array("show-only", "print only what these templates gave").short('s'),
    Flag::switch("skip-tests", "leave test hooks out"),
    Flag::switch("validate", "ask the cluster").deprecated("use '--dry-run=server' instead"),
    Flag::switch("validate", "ask the cluster").only3(),
];

/// Helm 3's upgrade takes it and says that it is no longer kept up.
const RECREATE_PODS3: Flag = Flag::switch(
    "recreate-pods",
    "restart the pods of the objects where that is possible",
)
.only3_deprecated(
    "functionality will no longer be updated. Consult the documentation for other methods to recreate pods",
);

const UPGRADE: &[Flag] = &[
    ATOMIC,
    ATOMIC3,
    Flag::switch("cleanup-on-fail", "delete objects that a failed upgrade created"),
    Flag::switch("create-namespace", "with --install, make the namespace if there is none"),
    DEPENDENCY_UPDATE,
    Flag::text("description", "", "text to record as the description of the revision"),
    Flag::switch("disable-openapi-validation", "do not check objects against the cluster's OpenAPI schema"),
    DRY_RUN,
    DRY_RUN3,
    Flag::switch("enable-dns", "let templates look up host names"),
    FORCE,
    FORCE3,
    Flag::switch("force-conflicts", "with server-side apply, take over fields that others manage").since4(),
    Flag::switch("force-replace", "replace objects that cannot be changed").since4(),
    Flag::switch("hide-notes", "do not print the notes"),
    Flag::switch("hide-secret", "leave Secrets out of what a dry run prints"),
    Flag::int("history-max", 10, "how many revisions to keep; 0 for all"),
    Flag::switch("install", "install when there is no release of that name").short('i'),
    Flag::pairs("labels", "labels to put on the release record, separated by commas; null removes one")
        .short('l'),
    Flag::switch("no-hooks", "do not run hooks"),
    RECREATE_PODS3,
    OUTPUT,
    Flag::switch("render-subchart-notes", "print the notes of subcharts as well"),
    Flag::switch(
        "reset-then-reuse-values",
        "take the chart's values, then those of the last revision, then the new",
    ),
    Flag::switch("reset-values", "take the chart's values and the new ones only"),
    Flag::switch("reuse-values", "take the last revision's values and the new ones"),
    Flag::switch(
        "rollback-on-failure",
        "on failure go back to the last good revision; implies --wait=watcher",
    )
    .since4(),
    Flag::text(
        "server-side",
        "auto",
        "let the server merge changes: true, false or auto (as the release was made)",
    )
    .since4(),
    Flag::switch("skip-crds", "with --install, do not install custom resource definitions"),
    Flag::switch("skip-schema-validation", "do not check values against the chart's schema"),
    Flag::switch("take-ownership", "adopt existing objects that do not carry the release's marks"),
    TIMEOUT,
    WAIT,
    WAIT3,
    Flag::switch("wait-for-jobs", "with --wait, wait for Jobs to complete too"),
];

const ROLLBACK: &[Flag] = &[
    Flag::switch("cleanup-on-fail", "delete objects that a failed rollback created"),
    Flag::text("description", "", "text to record as the description of the revision").since4(),
    DRY_RUN,
    Flag::switch("dry-run", "only simulate").only3(),
    FORCE,
    FORCE3,
    Flag::switch("force-conflicts", "with server-side apply, take over fields that others manage").since4(),
    Flag::switch("force-replace", "replace objects that cannot be changed").since4(),
    Flag::int("history-max", 10, "how many revisions to keep; 0 for all"),
    Flag::switch("no-hooks", "do not run hooks"),
    Flag::switch("recreate-pods", "restart the pods of the objects where that is possible").only3(),
    Flag::text(
        "server-side",
        "auto",
        "let the server merge changes: true, false or auto (as the release was made)",
    )
    .since4(),
    TIMEOUT,
    WAIT,
    WAIT3,
    Flag::switch("wait-for-jobs", "with --wait, wait for Jobs to complete too"),
];

const UNINSTALL: &[Flag] = &[
    Flag::text("cascade", "background", "how dependants are deleted: background, orphan or foreground"),
    Flag::text("description", "", "text to record as the description of the release"),
    Flag::switch("dry-run", "only simulate"),
    Flag::switch("ignore-not-found", "a release that is not there is no error"),
    Flag::switch("keep-history", "delete the objects, keep the records"),
    Flag::switch("no-hooks", "do not run hooks"),
    TIMEOUT,
    WAIT,
    WAIT3,
];

const LIST: &[Flag] = &[
    Flag::switch("all", "show releases in every state").short('a').only3(),
    Flag::switch("all-namespaces", "of all namespaces").short('A'),
    Flag::switch("date", "sort by date").short('d'),
    Flag::switch("deployed", "show deployed releases"),
    Flag::switch("failed", "show failed releases"),
    Flag::text("filter", "", "show releases whose names match this regular expression").short('f'),
    Flag::int("max", 256, "show this many at most").short('m'),
    Flag::switch("no-headers", "leave the header of the table out"),
    Flag::int("offset", 0, "leave out this many from the start"),
    OUTPUT,
    Flag::switch("pending", "show pending releases"),
    Flag::switch("reverse", "turn the order round").short('r'),
    Flag::text("selector", "", "show releases whose records carry these labels").short('l'),
    Flag::switch("short", "show names only").short('q'),
    Flag::switch("superseded", "show superseded releases"),
    Flag::text("time-format", "", "Go layout for times, such as \"2006-01-02 15:04:05Z0700\""),
    Flag::switch("uninstalled", "show releases that were uninstalled with their history kept"),
    Flag::switch("uninstalling", "show releases that are being uninstalled"),
];

const REVISION: Flag = Flag::int("revision", 0, "number of the revision; the latest when absent");

const GET: &[Command] = &[
    Command {
        name: "all",
        usage: "all RELEASE_NAME",
        short: "print everything that is recorded of a release",
        long: "Prints notes, hooks, values and manifest of a release, or what a template makes of them.",
        arity: Arity::Exactly(1),
        flags: &[&[
            REVISION,
            Flag::text("template", "", "Go template to print, such as '{{.Release.Name}}'"),
        ]],
        run: Some(commands::get::all),
        ..BLANK
    },
    Command {
        name: "hooks",
        usage: "hooks RELEASE_NAME",
        short: "print the hooks of a release",
        long: "Prints the hooks of a release as YAML documents.",
        arity: Arity::Exactly(1),
        flags: &[&[REVISION]],
        run: Some(commands::get::hooks),
        ..BLANK
    },
    Command {
        name: "manifest",
        usage: "manifest RELEASE_NAME",
        short: "print the manifest of a release",
        long: "Prints the objects of a release as the chart rendered them, hooks left out.",
        arity: Arity::Exactly(1),
        flags: &[&[REVISION]],
        run: Some(commands::get::manifest),
        ..BLANK
    },
    Command {
        name: "metadata",
        usage: "metadata RELEASE_NAME",
        short: "print a release's metadata",
        long: "Prints name, chart, version, namespace, revision, state and date of a release.",
        arity: Arity::Exactly(1),
        flags: &[&[REVISION, OUTPUT]],
        run: Some(commands::get::metadata),
        ..BLANK
    },
    Command {
        name: "notes",
        usage: "notes RELEASE_NAME",
        short: "print the notes of a release",
        long: "Prints what the chart's NOTES.txt gave for a release.",
        arity: Arity::Exactly(1),
        flags: &[&[REVISION]],
        run: Some(commands::get::notes),
        ..BLANK
    },
    Command {
        name: "values",
        usage: "values RELEASE_NAME",
        short: "print the values of a release",
        long: "Prints the values that the user supplied for a release, or with --all the computed ones.",
        arity: Arity::Exactly(1),
        flags: &[&[Flag::switch("all", "print all (computed) values").short('a'), OUTPUT, REVISION]],
        run: Some(commands::get::values),
        ..BLANK
    },
];

const fn show(name: &'static str, usage: &'static str, short: &'static str, run: Run) -> Command {
    Command {
        name,
        usage,
        short,
        long: short,
        arity: Arity::Exactly(1),
        flags: &[CHART_SOURCE],
        run: Some(run),
        ..BLANK
    }
}

const SHOW: &[Command] = &[
    show("all", "all [CHART]", "print all that a chart says of itself", commands::show::all),
    show("chart", "chart [CHART]", "print a chart's Chart.yaml", commands::show::chart),
    show("crds", "crds [CHART]", "print a chart's custom resource definitions", commands::show::crds),
    show("readme", "readme [CHART]", "print a chart's README", commands::show::readme),
    Command {
        flags: &[
            &[Flag::text(
                "jsonpath",
                "",
                "JSONPath template that picks what to print, such as '{.image.tag}'",
            )],
            CHART_SOURCE,
        ],
        ..show("values", "values [CHART]", "print a chart's values.yaml", commands::show::values)
    },
];

/// The root: `helm`.
pub(crate) static ROOT: Command = Command {
    name: "helm",
    usage: "helm",
    short: "the package manager of Kubernetes",
    long: "The package manager of Kubernetes.\n\n\
        Common work:\n\n\
        - helm create:     make a chart\n\
        - helm template:   render a chart without a cluster\n\
        - helm install:    bring a chart onto a cluster\n\
        - helm upgrade:    change what was installed\n\
        - helm list:       see what is installed\n\n\
        HELM_COMPAT=3 makes the program behave as Helm 3.22 does; without it, it behaves as Helm 4.3.",
    arity: Arity::Any,
    subcommands: &[
        crate::completion::COMMAND,
        Command {
            name: "create",
            usage: "create NAME",
            short: "make a new chart",
            long: "Makes a folder with a chart to start from: deployment, service, ingress, autoscaler, test.",
            arity: Arity::Exactly(1),
            flags: &[&[Flag::text("starter", "", "name or path of the chart to copy instead").short('p')]],
            run: Some(commands::create::run),
            ..BLANK
        },
        commands::dependency::COMMAND,
        commands::plugin::COMMAND,
        Command {
            name: "env",
            usage: "env",
            short: "print the environment that helm works in",
            long: "Prints the variables that helm reads, with their values or defaults.",
            arity: Arity::AtMost(1),
            run: Some(commands::env::run),
            ..BLANK
        },
        Command {
            name: "get",
            usage: "get",
            short: "print what is recorded of a release",
            long: "Prints what is recorded of a release: values, manifest, notes, hooks, metadata.",
            arity: Arity::Any,
            subcommands: GET,
            ..BLANK
        },
        commands::help::COMMAND,
        Command {
            name: "history",
            aliases: &["hist"],
            usage: "history RELEASE_NAME",
            short: "print the revisions of a release",
            long: "Prints the revisions of a release, the oldest first.",
            arity: Arity::Exactly(1),
            flags: &[&[
                Flag::int("max", 256, "how many revisions to print at most"),
                OUTPUT,
                Flag::switch("show-rollback-revision", "print which revision a rollback went back to")
                    .since4(),
            ]],
            run: Some(commands::history::run),
            ..BLANK
        },
        Command {
            name: "install",
            usage: "install [NAME] [CHART]",
            short: "bring a chart onto the cluster",
            long: "Renders a chart and creates its objects on the cluster. The chart is a folder or a packaged chart.",
            arity: Arity::AtLeast(1),
            flags: &[INSTALL, INSTALL_ONLY, POST_RENDER_FLAGS, VALUES, CHART_SOURCE],
            run: Some(commands::install::run),
            ..BLANK
        },
        Command {
            name: "lint",
            usage: "lint PATH",
            short: "look for mistakes in a chart",
            long: "Checks whether a chart is well formed: errors fail the check, warnings do with --strict.",
            arity: Arity::AtLeastSince4(1),
            flags: &[
                &[
                    Flag::text("kube-version", "", "version of Kubernetes for checking deprecated APIs"),
                    Flag::switch("quiet", "print only warnings and errors"),
                    Flag::switch("skip-schema-validation", "do not check values against the chart's schema"),
                    Flag::switch("strict", "fail on warnings"),
                    Flag::switch(
                        "strict-values",
                        "fail on keys given with -f and --set that no template reads",
                    ),
                    Flag::switch("with-subcharts", "check the charts beneath as well"),
                ],
                VALUES,
            ],
            run: Some(commands::lint::run),
            ..BLANK
        },
        Command {
            name: "list",
            aliases: &["ls"],
            usage: "list",
            short: "print releases",
            long: "Prints the releases of a namespace, or of all with -A.",
            flags: &[LIST],
            run: Some(commands::list::run),
            ..BLANK
        },
        Command {
            name: "package",
            usage: "package [CHART_PATH] [...]",
            short: "pack a chart folder into an archive",
            long: "Packs chart folders into versioned archives.",
            arity: Arity::Any,
            flags: &[
                commands::dependency::REGISTRY,
                &[
                    Flag::text("app-version", "", "application version to put into the archive"),
                    Flag::switch("dependency-update", "fetch the charts that this one needs before")
                        .short('u'),
                    Flag::text("destination", ".", "folder to write the archive to").short('d'),
                    Flag::text("key", "", "name of the key to sign with, or a part of it"),
                    KEYRING,
                    Flag::text(
                        "passphrase-file",
                        "",
                        "file whose first line is the passphrase of the key; \"-\" for stdin",
                    ),
                    Flag::switch("sign", "sign the archive with an OpenPGP key"),
                    Flag::text("version", "", "chart version to put into the archive"),
                ],
            ],
            run: Some(commands::package::run),
            ..BLANK
        },
        commands::pull::COMMAND,
        commands::push::COMMAND,
        commands::registry::COMMAND,
        commands::repo::COMMAND,
        Command {
            name: "rollback",
            usage: "rollback <RELEASE> [REVISION]",
            short: "bring a release back to an earlier revision",
            long: "Brings a release back to an earlier revision: to the one before the latest when none is given.",
            arity: Arity::AtLeast(1),
            flags: &[ROLLBACK],
            run: Some(commands::rollback::run),
            ..BLANK
        },
        commands::search::COMMAND,
        Command {
            name: "show",
            aliases: &["inspect"],
            usage: "show",
            short: "print what a chart says of itself",
            long: "Prints what a chart says of itself: definition, values, README, custom resource definitions.",
            arity: Arity::Any,
            subcommands: SHOW,
            ..BLANK
        },
        Command {
            name: "status",
            usage: "status RELEASE_NAME",
            short: "print the state of a release",
            long: "Prints state, revision, date, objects, tests and notes of a release.",
            arity: Arity::Exactly(1),
            flags: &[&[
                OUTPUT,
                REVISION,
                Flag::switch("show-desc", "show the description").only3(),
                Flag::switch("show-resources", "show the live objects").only3(),
            ]],
            run: Some(commands::status::run),
            ..BLANK
        },
        Command {
            name: "template",
            usage: "template [NAME] [CHART]",
            short: "render a chart without a cluster",
            long: "Renders a chart and prints the manifests. Nothing is asked of a cluster.",
            arity: Arity::AtLeast(1),
            flags: &[INSTALL, TEMPLATE, POST_RENDER_FLAGS, VALUES, CHART_SOURCE],
            run: Some(commands::template::run),
            ..BLANK
        },
        Command {
            name: "test",
            usage: "test [RELEASE]",
            short: "run the tests of a release",
            long: "Runs the test hooks of a release.",
            arity: Arity::Exactly(1),
            flags: &[&[
                Flag::slice("filter", "tests to run: name=TEST, or !name=TEST to leave one out"),
                Flag::switch("hide-notes", "do not print the notes").only3(),
                Flag::switch("logs", "print the logs of test pods"),
                TIMEOUT,
            ]],
            run: Some(commands::test::run),
            ..BLANK
        },
        Command {
            name: "uninstall",
            aliases: &["del", "delete", "un"],
            usage: "uninstall RELEASE_NAME [...]",
            short: "remove a release",
            long: "Deletes the objects of a release and its records.",
            arity: Arity::AtLeast(1),
            flags: &[UNINSTALL],
            run: Some(commands::uninstall::run),
            ..BLANK
        },
        Command {
            name: "upgrade",
            usage: "upgrade [RELEASE] [CHART]",
            short: "change a release",
            long: "Changes a release to another chart or other values, and with --install makes one if there is none.",
            arity: Arity::Exactly(2),
            flags: &[UPGRADE, POST_RENDER_FLAGS, VALUES, CHART_SOURCE],
            run: Some(commands::upgrade::run),
            ..BLANK
        },
        commands::verify::COMMAND,
        Command {
            name: "unlock",
            usage: "unlock <RELEASE>",
            short: "take a release whose last operation was left pending",
            long: "Marks the newest revision of a release as failed if it is pending, so that the next command works on the \
                   release again.\n\nUse it for a revision that a Helm left pending which was killed. An operation of \
                   this program that still runs is waited for up to --lock-timeout, and never interrupted; one that \
                   died is found by the next command itself.",
            arity: Arity::Exactly(1),
            run: Some(commands::unlock::run),
            ..BLANK
        },
        Command {
            name: "values",
            usage: "values [CHART]",
            short: "print the values that a chart's templates see, and where they come from",
            long: "Prints the computed values of a chart: its defaults, those of its subcharts, and what -f and --set \
                   say.\n\nWith --explain it tells which file and line, flag or chart set a value and what that \
                   overrode, the winner first. A path is written as --set takes it; that of a table explains all \
                   values in it.\n\nWith --unused it lists the keys given with -f and --set that no template reads. \
                   It ends with 2 when there are such keys, with 1 on an error, and with 0 when all keys are read, \
                   not reached with these values, or for a subchart that is off.",
            arity: Arity::Exactly(1),
            flags: &[
                &[
                    Flag::slice("api-versions", "with --unused: API versions that the cluster is to have")
                        .short('a'),
                    DEPENDENCY_UPDATE,
                    Flag::array("explain", "path of a value to tell the origin of; may be repeated"),
                    Flag::switch("is-upgrade", "with --unused: set .Release.IsUpgrade"),
                    Flag::text("kube-version", "", "with --unused: version of Kubernetes to render for"),
                    Flag::text(
                        "output",
                        "",
                        "format of the output: json or yaml; the default of --explain and \
                        --unused is text",
                    )
                    .short('o'),
                    Flag::switch("unused", "list supplied keys that no template reads"),
                ],
                VALUES,
                CHART_SOURCE,
            ],
            run: Some(commands::values::run),
            ..BLANK
        },
        Command {
            name: "version",
            usage: "version",
            short: "print the version",
            long: "Prints the version of Helm that this program behaves as.",
            flags: &[&[
                Flag::switch("short", "print the version number only"),
                Flag::switch_on("client", "does nothing").short('c').only3().hide(),
                Flag::text("template", "", "Go template for the version's text"),
            ]],
            run: Some(commands::version::run),
            ..BLANK
        },
    ],
    ..BLANK
};
