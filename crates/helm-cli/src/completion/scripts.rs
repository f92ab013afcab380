//! The scripts that teach a shell to ask `__complete`.

use crate::command::{Arity, BLANK, Command, Run};
use crate::context::Context;
use crate::error::CliError;
use crate::flag::Flag;
use crate::parse::Args;

/// The group and its commands.
pub(crate) const COMMAND: Command = Command {
    name: "completion",
    usage: "completion",
    short: "print the completion script of a shell",
    long: "Prints the script that makes a shell complete commands, flags, releases, charts and more. The help of each \
           shell's command says how to load it.",
    arity: Arity::None,
    subcommands: &[
        shell(
            "bash",
            "Prints the completion script for bash.\n\nFor this shell:\n\n  source <(helm completion bash)\n\n\
             For every new one:\n\n  helm completion bash > /etc/bash_completion.d/helm",
            |context, args| print(context, args, include_str!("scripts/helm.bash")),
        ),
        shell(
            "fish",
            "Prints the completion script for fish.\n\nFor this shell:\n\n  helm completion fish | source\n\n\
             For every new one:\n\n  helm completion fish > ~/.config/fish/completions/helm.fish",
            |context, args| print(context, args, include_str!("scripts/helm.fish")),
        ),
        shell(
            "powershell",
            "Prints the completion script for PowerShell.\n\nFor this shell:\n\n  \
             helm completion powershell | Out-String | Invoke-Expression\n\n\
             For every new one, put that line into your profile.",
            |context, args| print(context, args, include_str!("scripts/helm.ps1")),
        ),
        shell(
            "zsh",
            "Prints the completion script for zsh. Completion must be switched on: autoload -U compinit; compinit.\n\n\
             For this shell:\n\n  source <(helm completion zsh)\n\n\
             For every new one:\n\n  helm completion zsh > \"${fpath[1]}/_helm\"",
            |context, args| print(context, args, include_str!("scripts/helm.zsh")),
        ),
    ],
    ..BLANK
};

const FLAGS: &[&[Flag]] = &[&[Flag::switch("no-descriptions", "leave the descriptions out")]];

const fn shell(name: &'static str, long: &'static str, run: Run) -> Command {
    Command {
        name,
        usage: name,
        short: "print the completion script of this shell",
        long,
        arity: Arity::None,
        flags: FLAGS,
        run: Some(run),
        ..BLANK
    }
}

fn print(context: &Context, args: &Args, script: &str) -> Result<(), CliError> {
    let request = if args.on("no-descriptions") { "__completeNoDesc" } else { "__complete" };
    context.print(&script.replace("__REQUEST__", request))
}
