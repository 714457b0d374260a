"""``mboc figures``: counts of changes and their results over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mboc_client.arguments.command import Command, with_portal
from mboc_client.arguments.filters import FIGURE_FILTERS
from mboc_client.arguments.options import filter_options, output_options
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_table
from mboc_client.output.text import write_line

if TYPE_CHECKING:
    from mboc_client.arguments.conditions import Conditions
    from mboc_client.portal import PortalClient

COLUMNS = (
    Column("at"),
    Column("connector_name", 1, "end"),
    Column("connector_id", 4),
    Column("accepted"),
    Column("success"),
    Column("failed"),
    Column("skipped", 2),
    Column("refused", 2),
    Column("oldest_waiting_s", 3),
)
STEPS = ("minute", "hour", "day")


@click.command(
    cls=Command,
    examples={
        "One connector by day": "mboc figures --step day -c 7d3f0c2a91be",
    },
)
@click.option(
    "--step",
    type=click.Choice(STEPS),
    default="hour",
    show_default=True,
    help="Count by minute, hour or day (UTC).",
)
@filter_options(FIGURE_FILTERS, is_repeatable=False)
@output_options
@with_portal
async def figures(
    portal: PortalClient, *, step: str, conditions: Conditions, output: OutputFormat
) -> None:
    """Count accepted changes and the results of attempts, by time and connector."""
    query = {"step": step, **await conditions.query(portal)}
    items = (await portal.get("/figures", query))["items"]
    if output.as_json:
        for item in items:
            write_line(item)
    else:
        write_table(items, COLUMNS, output)
