"""``mboc`` itself: the groups, the environment and the exit codes."""

from __future__ import annotations

import click

from mboc_client.arguments.command import (
    INTERRUPTED,
    Group,
    write_definitions,
    write_examples,
)
from mboc_client.commands.appointments import appointments
from mboc_client.commands.audit import audit
from mboc_client.commands.completion import completion
from mboc_client.commands.connectors import connectors
from mboc_client.commands.errors import errors
from mboc_client.commands.figures import figures
from mboc_client.commands.keys import keys
from mboc_client.commands.logs import logs
from mboc_client.commands.operations import operations
from mboc_client.commands.status import status
from mboc_client.commands.transactions import transactions
from mboc_client.commands.users import users
from mboc_client.commands.views import views
from mboc_client.connection import DEFAULT_URL

EXIT_CODES = {
    "0": "The command did its work.",
    "1": "The API refused the request or cannot be reached, an operation failed in part, or the "
    "state of the system is not well. Standard error or the output says why.",
    "2": "The command line is wrong. Standard error shows the usage.",
    str(INTERRUPTED): "Ctrl-C, or the reader of the pipe ended.",
}
ENVIRONMENT = {
    "MBOC_URL": f"Address of the portal. Default: {DEFAULT_URL}.",
    "MBOC_API_KEY": "API key. Create it on the page Profile, or with `mboc keys create`.",
}
EXAMPLES = {
    "Show the state of the system": "mboc status",
    "List failed deliveries of one connector": "mboc errors list -c 7d3f0c2a91be -s Failed",
    "Retry them after a look at the plan": "mboc errors retry -c 7d3f0c2a91be -s Failed",
}


class RootGroup(Group):
    """The group of all commands, with the help that holds for each of them."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, environment and exit codes."""
        super().format_epilog(ctx, formatter)
        write_examples(formatter, EXAMPLES)
        write_definitions(formatter, "Environment", ENVIRONMENT)
        write_definitions(formatter, "Exit codes", EXIT_CODES)


def _print_version(ctx: click.Context, _parameter: click.Parameter, is_given: bool) -> None:  # noqa: FBT001 - click's signature
    if is_given:
        # It takes as long to import as click itself, and --help does not need it.
        from importlib.metadata import version  # noqa: PLC0415

        click.echo(version("mboc-client"))
        ctx.exit()


@click.group(
    cls=RootGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def mboc() -> None:
    """Work with the portal of the Back Office Connector from the command line."""


for command in (
    appointments,
    transactions,
    errors,
    operations,
    connectors,
    views,
    status,
    figures,
    logs,
    users,
    keys,
    audit,
    completion,
):
    mboc.add_command(command)
