"""``mboc logs``: the log lines of the services, as a list or while they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mboc_client.arguments.command import Group, with_portal
from mboc_client.arguments.filters import LOG_FILTERS
from mboc_client.arguments.options import (
    as_json_option,
    filter_options,
    limit_option,
    output_options,
)
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items

if TYPE_CHECKING:
    from mboc_client.arguments.conditions import Conditions
    from mboc_client.portal import PortalClient

COLUMNS = (
    Column("at"),
    Column("level"),
    Column("service", 1),
    Column("replica", 3, "middle", 13),
    Column("event", 0, "end", 20),
    Column("delivery_id", 2, "middle", 13),
)
TAIL_FILTERS = tuple(one for one in LOG_FILTERS if one.kind != "time")
LINES_BEFORE_TAIL = 10


@click.group(cls=Group)
def logs() -> None:
    """List or follow the log lines of the services."""


@logs.command(
    "list",
    examples={
        "All lines of a delivery": "mboc logs list --delivery-id ID -n 500",
        "The newest errors of dispatcher": "mboc logs list -l error --service dispatcher",
    },
)
@output_options
@limit_option()
@filter_options(LOG_FILTERS)
@with_portal
async def list_logs(
    portal: PortalClient, *, conditions: Conditions, limit: int, output: OutputFormat
) -> None:
    """List log lines, the newest first."""
    query = await conditions.query(portal)
    await write_items(portal.items("/logs", query, limit), COLUMNS, output)


@logs.command("tail", examples={"Warnings and errors": "mboc logs tail -l warning"})
@as_json_option
@limit_option(LINES_BEFORE_TAIL, "Print this many of the last lines first.")
@filter_options(TAIL_FILTERS, is_repeatable=False)
@with_portal
async def tail(portal: PortalClient, *, conditions: Conditions, limit: int, as_json: bool) -> None:
    """Print new log lines until Ctrl-C."""
    from mboc_client.commands.log_tail import follow_logs  # noqa: PLC0415 - asyncio is slow to import

    await follow_logs(portal, await conditions.query(portal), limit, as_json=as_json)
