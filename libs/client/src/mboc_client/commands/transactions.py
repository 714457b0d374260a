"""``mboc transactions``: deliveries, as the view *Transactions* lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mboc_client.arguments.command import Group, with_portal
from mboc_client.arguments.filters import DELIVERY_FILTERS
from mboc_client.arguments.options import (
    always_json_option,
    export_options,
    filter_options,
    limit_option,
    output_options,
    sort_option,
)
from mboc_client.commands.bulk_actions import add_bulk_actions
from mboc_client.errors import ClientError
from mboc_client.output import text
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items

if TYPE_CHECKING:
    from mboc_client.arguments.conditions import Conditions
    from mboc_client.portal import PortalClient

COLUMNS = (
    Column("received_at"),
    Column("status"),
    Column("connector_name", 1, "end"),
    Column("appointment.job_no", 4),
    Column("action", 5),
    Column("message", 3, "end", 12),
    Column("delivery_id", 0, "middle", 13),
)


_attempt_option = click.option(
    "--attempt",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="The attempt. Default: the newest finished one.",
)


@click.group(cls=Group)
def transactions() -> None:
    """List, show, export, retry, check, archive and restore deliveries."""


@transactions.command(
    "list",
    examples={
        "The newest failures of today": "mboc transactions list -s Failed "
        "--received-from 2026-07-21T00:00:00Z",
        "All deliveries of a job, for a script": "mboc transactions list --job-no OP100001 -j",
        "With complete ids and messages": "mboc transactions list -n 10 -w",
    },
)
@output_options
@limit_option()
@sort_option()
@filter_options(DELIVERY_FILTERS, list_name="deliveries")
@with_portal
async def list_transactions(
    portal: PortalClient, *, conditions: Conditions, limit: int, output: OutputFormat
) -> None:
    """List deliveries, the newest first."""
    query = await conditions.query(portal)
    await write_items(portal.items("/deliveries", query, limit), COLUMNS, output)


@transactions.command("show")
@click.argument("delivery_id", help="Id of the delivery.")
@always_json_option
@with_portal
async def show_transaction(portal: PortalClient, *, delivery_id: str) -> None:
    """Show one delivery with its attempts, receipt, outcome check and applied state, as JSON."""
    text.write_document(await portal.get(f"/deliveries/{delivery_id}"))


@transactions.command(
    "payload", examples={"The differences alone": "mboc transactions payload ID | jq .changes"}
)
@click.argument("delivery_id", help="Id of the delivery.")
@always_json_option
@with_portal
async def read_payload(portal: PortalClient, *, delivery_id: str) -> None:
    """Print the snapshot that Dime.Scheduler sent, digit by digit, with the changes since the
    version before. It needs the role operator.
    """
    text.write_sentence(await portal.get_text(f"/deliveries/{delivery_id}/payload"))


@transactions.command(
    "request",
    examples={"As commands for a shell": "mboc transactions request ID --curl"},
)
@click.argument("delivery_id", help="Id of the delivery.")
@_attempt_option
@click.option("--curl", "as_curl", is_flag=True, help="Print a curl command for each call instead.")
@always_json_option
@with_portal
async def read_request(
    portal: PortalClient, *, delivery_id: str, attempt: int | None, as_curl: bool
) -> None:
    """Print the calls of an attempt, mapped again, without secrets. It needs the role operator."""
    path = await _attempt_path(portal, delivery_id, attempt)
    found = await portal.get(f"{path}/request")
    if not as_curl:
        text.write_document(found)
        return
    for call in found["calls"]:
        text.write_sentence(call["curl"])


@transactions.command("answer")
@click.argument("delivery_id", help="Id of the delivery.")
@_attempt_option
@always_json_option
@with_portal
async def read_answer(portal: PortalClient, *, delivery_id: str, attempt: int | None) -> None:
    """Print the answer of the back office to a failed attempt, without secrets. It needs the role
    operator.
    """
    path = await _attempt_path(portal, delivery_id, attempt)
    text.write_document(await portal.get(f"{path}/answer"))


async def _attempt_path(portal: PortalClient, delivery_id: str, attempt: int | None) -> str:
    """Return the path of an attempt, by default of the newest finished one."""
    if attempt is None:
        made = (await portal.get(f"/deliveries/{delivery_id}"))["attempts"]
        if not made:
            raise ClientError("The delivery has no finished attempt yet. Wait until it has one.")
        attempt = made[0]["attempt"]
    return f"/deliveries/{delivery_id}/attempts/{attempt}"


@transactions.command(
    "export",
    examples={
        "For Excel": "mboc transactions export -f excel > transactions.csv",
        "For a script": "mboc transactions export -s Failed -f jsonl > failed.jsonl",
    },
)
@export_options
@sort_option()
@filter_options(DELIVERY_FILTERS, list_name="deliveries")
@with_portal
async def export_transactions(
    portal: PortalClient, *, conditions: Conditions, file_format: str
) -> None:
    """Write a whole list to standard output."""
    query = await conditions.query(portal) | {"format": file_format}
    await text.write_file(portal.download("/deliveries/export", query))


add_bulk_actions(
    transactions, ("retry", "check", "archive", "restore"), list_name="deliveries", always={}
)
