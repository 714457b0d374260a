"""``mboc appointments``: appointments, their timelines, and the order of their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mboc_client.arguments.command import Group, with_portal
from mboc_client.arguments.filters import APPOINTMENT_FILTERS
from mboc_client.arguments.options import (
    always_json_option,
    as_json_option,
    export_options,
    filter_options,
    limit_option,
    output_options,
    sort_option,
)
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items
from mboc_client.output.text import write_document, write_file, write_sentence

if TYPE_CHECKING:
    from mboc_client.arguments.conditions import Conditions
    from mboc_client.portal import PortalClient

COLUMNS = (
    Column("appointment_key", 0, "middle", 13),
    Column("last_transaction_at"),
    Column("job_no", 2),
    Column("task_no", 5),
    Column("subject", 1, "end", 12),
    Column("start", 6),
    Column("end", 7),
    Column("action", 4),
    Column("phase", 1),
    Column("modified_by", 8, "end"),
)
TIMELINE_COLUMNS = (Column("at"), Column("kind"), Column("who", 1, "end"), Column("what", 0, "end"))
appointment_key_argument = click.argument("appointment_key", help="Key of the appointment.")


@click.group(cls=Group)
def appointments() -> None:
    """List, show and export appointments, and show their timelines."""


@appointments.command(
    "list",
    examples={
        "The appointments of a job": "mboc appointments list --job-no OP100001",
        "Appointments with these words": 'mboc appointments list -q "compressor north"',
    },
)
@output_options
@limit_option()
@sort_option()
@filter_options(APPOINTMENT_FILTERS, list_name="appointments")
@with_portal
async def list_appointments(
    portal: PortalClient, *, conditions: Conditions, limit: int, output: OutputFormat
) -> None:
    """List appointments, the newest transaction first."""
    query = await conditions.query(portal)
    await write_items(portal.items("/appointments", query, limit), COLUMNS, output)


@appointments.command("export")
@export_options
@sort_option()
@filter_options(APPOINTMENT_FILTERS, list_name="appointments")
@with_portal
async def export_appointments(
    portal: PortalClient, *, conditions: Conditions, file_format: str
) -> None:
    """Write a whole list to standard output."""
    query = await conditions.query(portal) | {"format": file_format}
    await write_file(portal.download("/appointments/export", query))


@appointments.command("show")
@appointment_key_argument
@always_json_option
@with_portal
async def show_appointment(portal: PortalClient, *, appointment_key: str) -> None:
    """Show one appointment with its last activity, as JSON."""
    write_document(await portal.get(f"/appointments/{appointment_key}"))


@appointments.command(
    "timeline",
    examples={"With the addresses and the answers of calls": "mboc appointments timeline KEY -j"},
)
@appointment_key_argument
@output_options
@with_portal
async def show_timeline(
    portal: PortalClient, *, appointment_key: str, output: OutputFormat
) -> None:
    """Show the versions, attempts and actions of one appointment, the newest first."""
    entries = portal.items(f"/timelines/{appointment_key}")
    described = (entry | {"what": _description(entry)} async for entry in entries)
    await write_items(entries if output.as_json else described, TIMELINE_COLUMNS, output)


@appointments.command("forget-order")
@appointment_key_argument
@as_json_option
@with_portal
async def forget_order(portal: PortalClient, *, appointment_key: str, as_json: bool) -> None:
    """Send the next version of one appointment at any age.

    Use this command if changes are Skipped because an earlier last-modified time was wrong.
    """
    answer = await portal.send("POST", f"/appointments/{appointment_key}/forget-order")
    if as_json:
        write_document(answer)
        return
    write_sentence(
        f"The next version of {answer['appointment_key']} is sent at any age "
        f"({len(answer['connector_ids'])} connectors). Retry the skipped deliveries that are still "
        "wanted, the oldest first."
    )


def _description(entry: dict[str, Any]) -> str:
    """Return one entry of a timeline in one line."""
    match entry["kind"]:
        case "version":
            return ", ".join([entry["action"] or "", *entry["changed"]])
        case "attempt":
            attempt = entry["attempt"]
            return f"{attempt['attempt']}: {attempt['status']} {attempt['message'] or ''}".strip()
        case "operation":
            outcomes = [delivery["outcome"] for delivery in entry["deliveries"]]
            return ", ".join([entry["operation"], *outcomes])
        case "note":
            return str(entry["text"])
        case "settings":
            changed = ", ".join(entry["changed"])
            return f"{entry['connector_name']} {entry['version']}: {changed}"
    return f"{entry['action']} {entry['outcome']}"
