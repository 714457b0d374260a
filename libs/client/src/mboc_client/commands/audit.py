"""``mboc audit``: the audit of writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mboc_client.arguments.command import Group, with_portal
from mboc_client.arguments.filters import AUDIT_FILTERS
from mboc_client.arguments.options import (
    filter_options,
    limit_option,
    output_options,
    sort_option,
)
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items

if TYPE_CHECKING:
    from mboc_client.arguments.conditions import Conditions
    from mboc_client.portal import PortalClient

COLUMNS = (
    Column("at"),
    Column("who", 0, "end"),
    Column("role", 4),
    Column("via", 5),
    Column("address", 3),
    Column("action"),
    Column("target", 1, "end", 12),
    Column("outcome"),
)


@click.group(cls=Group)
def audit() -> None:
    """List changes and refused changes, with their users."""


@audit.command("list")
@output_options
@limit_option()
@sort_option("at, who, action or target")
@filter_options(AUDIT_FILTERS, is_repeatable=False)
@with_portal
async def list_audit(
    portal: PortalClient, *, conditions: Conditions, limit: int, output: OutputFormat
) -> None:
    """List each change and each refused change, the newest first.

    With --json, an entry has the values before and after the change.
    """
    query = await conditions.query(portal)
    await write_items(portal.items("/audit", query, limit), COLUMNS, output)
