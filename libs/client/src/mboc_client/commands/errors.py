"""``mboc errors``: Error Tracking, the deliveries that were not sent successfully."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mboc_client.arguments.command import Group, with_portal
from mboc_client.arguments.filters import DELIVERY_FILTERS
from mboc_client.arguments.options import (
    filter_options,
    limit_option,
    output_options,
    sort_option,
)
from mboc_client.commands.bulk_actions import add_bulk_actions
from mboc_client.commands.transactions import COLUMNS
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items
from mboc_client.output.text import write_sentence

if TYPE_CHECKING:
    from mboc_client.arguments.conditions import Conditions
    from mboc_client.portal import PortalClient

CAUSE_COLUMNS = (
    Column("cause"),
    Column("count"),
    Column("code", 1),
    Column("connector_name", 2, "end"),
    Column("first_seen", 6),
    Column("last_seen", 4),
    Column("message", 0, "end", 20),
    Column("note.text", 5, "end", 12),
)


@click.group(cls=Group)
def errors() -> None:
    """List, group, retry and archive deliveries that were not sent successfully."""


@errors.command(
    "list",
    examples={
        "The newest errors of one connector": "mboc errors list -c 7d3f0c2a91be",
        "With a saved view": 'mboc errors list --view "Refused this week"',
    },
)
@output_options
@limit_option()
@sort_option()
@filter_options(DELIVERY_FILTERS, list_name="errors")
@with_portal
async def list_errors(
    portal: PortalClient, *, conditions: Conditions, limit: int, output: OutputFormat
) -> None:
    """List the deliveries that were not sent successfully, the newest first."""
    query = await conditions.query(portal) | {"troubled": True}
    await write_items(portal.items("/deliveries", query, limit), COLUMNS, output)


@errors.command("causes", examples={"Of one connector": "mboc errors causes -c 7d3f0c2a91be"})
@output_options
@limit_option()
@filter_options(DELIVERY_FILTERS, list_name="errors")
@with_portal
async def list_causes(
    portal: PortalClient, *, conditions: Conditions, limit: int, output: OutputFormat
) -> None:
    """List the causes of failures, with their counts."""
    query = await conditions.filters(portal)
    await write_items(portal.items("/causes", query, limit), CAUSE_COLUMNS, output)


@errors.command("note")
@click.argument("cause", help="Id of the cause, from `mboc errors causes`.")
@click.argument("text", help="Text of the note. An empty text removes the note.")
@with_portal
async def write_note(portal: PortalClient, *, cause: str, text: str) -> None:
    """Write a note about a cause."""
    await portal.send("PUT", f"/causes/{cause}/note", {"text": text})
    write_sentence("Noted." if text.strip() else "The note is removed.")


add_bulk_actions(
    errors, ("retry", "check", "archive"), list_name="errors", always={"troubled": True}
)
