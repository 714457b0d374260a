"""``mboc completion``: the script that completes commands, options and values in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from mboc_client.arguments.command import Command

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_MBOC_COMPLETE"


@click.command(
    cls=Command,
    examples={
        "bash, in ~/.bashrc": "source <(mboc completion bash)",
        "zsh, in ~/.zshrc after compinit": "source <(mboc completion zsh)",
        "fish, once": "mboc completion fish > ~/.config/fish/completions/mboc.fish",
    },
)
@click.argument("shell", type=click.Choice(SHELLS), help="Shell that runs the script.")
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and values in a shell."""
    root = context.find_root()
    shell_completion = get_completion_class(shell)
    if shell_completion is None:
        raise click.UsageError(f"This version of click does not support {shell}.")
    click.echo(shell_completion(root.command, {}, "mboc", VARIABLE).source(), nl=False)
