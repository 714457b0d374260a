"""Retry, check, archive and restore: commands that select deliveries and run an operation on
them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

from mboc_client.arguments.command import Command, Group, with_portal
from mboc_client.arguments.filters import DELIVERY_FILTERS, to_body
from mboc_client.arguments.options import filter_options
from mboc_client.commands.run_operation import OperationOptions, run_operation
from mboc_client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mboc_client.arguments.conditions import Conditions
    from mboc_client.portal import PortalClient

HELP = {
    "retry": "Send deliveries again, with their connectors as they are now.",
    "check": "Ask the back offices for the records of attempts without an answer, and send only "
    "what is missing.",
    "archive": "Move deliveries from the lists to the archive.",
    "restore": "Move deliveries from the archive back to the lists.",
}
EXIT_CODES = {
    "0": "The operation is done and no delivery failed, or there was nothing to do.",
    "1": "A delivery failed, the operation stopped, the answer was no, or the API refused it.",
}
OPTIONS = (
    click.option(
        "--per-second",
        type=float,
        metavar="NUMBER",
        help="Start at most this many deliveries per second. Default: the portal's 50.",
    ),
    click.option(
        "--ramp",
        is_flag=True,
        help="Begin with 1, 5 and 25 deliveries, and wait for each step.",
    ),
    click.option(
        "--stop-at-failure-share",
        type=float,
        metavar="SHARE",
        help="Stop the operation when more than this share failed, such as 0.2.",
    ),
    click.option("-y", "--yes", "is_confirmed", is_flag=True, help="Do not ask for confirmation."),
    click.option(
        "-d",
        "--detach",
        "is_detached",
        is_flag=True,
        help="Begin the operation and do not wait for its end.",
    ),
    click.option(
        "-j",
        "--json",
        "as_json",
        is_flag=True,
        help="Print plan and operation as one JSON document.",
    ),
)
OPTION_NAMES = (
    "per_second",
    "ramp",
    "stop_at_failure_share",
    "is_confirmed",
    "is_detached",
    "as_json",
)


def add_bulk_actions(
    group: Group, kinds: tuple[str, ...], *, list_name: str, always: Mapping[str, Any]
) -> None:
    """Add a command for each kind of operation.

    ``always`` are filters that hold in addition to those of the command line.
    """
    for kind in kinds:
        group.add_command(_bulk_action(f"mboc {group.name} {kind}", kind, list_name, always))


def _bulk_action(words: str, kind: str, list_name: str, always: Mapping[str, Any]) -> click.Command:
    @click.command(
        kind,
        cls=Command,
        help=f"{HELP[kind]} The plan is shown first.",
        examples={
            "One delivery": f"{words} DELIVERY_ID",
            "All of one connector, in steps": f"{words} -c 7d3f0c2a91be --ramp",
            "From a script": f"{words} -s Failed --yes --json",
        },
        exit_codes=EXIT_CODES,
    )
    @click.argument(
        "delivery_ids",
        metavar="[DELIVERY_ID]...",
        nargs=-1,
        help="Ids of the deliveries. Without ids, the filters select them.",
    )
    @_operation_options
    @filter_options(DELIVERY_FILTERS, list_name=list_name)
    @with_portal
    async def run(
        portal: PortalClient,
        *,
        delivery_ids: tuple[str, ...],
        conditions: Conditions,
        options: OperationOptions,
    ) -> int:
        selection = await _selection(portal, delivery_ids, conditions, always)
        return await run_operation(portal, kind, selection, options)

    return run


def _operation_options(run: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of an operation, which the function gets as ``options``."""

    @functools.wraps(run)
    def command(**values: Any) -> Any:
        options = OperationOptions(**{name: values.pop(name) for name in OPTION_NAMES})
        return run(options=options, **values)

    for option in reversed(OPTIONS):
        command = option(command)
    return command


async def _selection(
    portal: PortalClient,
    delivery_ids: tuple[str, ...],
    conditions: Conditions,
    always: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the deliveries of the operation as the API takes them: by id or by filter."""
    filters = await conditions.filters(portal)
    if delivery_ids and filters:
        raise ClientError("Name deliveries or give filters, not both.")
    if delivery_ids:
        return {"delivery_ids": list(delivery_ids)}
    if not filters and not always:
        raise ClientError(
            "Name deliveries, or give at least one filter such as --status or --connector-id."
        )
    return {"filter": to_body({**filters, **always})}
