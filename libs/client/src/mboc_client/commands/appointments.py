"""``mboc appointments``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mboc_client import show
from mboc_client.commands.filters import APPOINTMENTS
from mboc_client.commands.words import command, listing, looked_for

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

HAPPENED = ("at", "kind", "who", "what")
COLUMNS = (
    "appointment_key",
    "last_transaction_at",
    "job_no",
    "task_no",
    "subject",
    "start",
    "end",
    "action",
    "phase",
    "modified_by",
)


def add(parsers: Parsers) -> None:
    """Add the commands."""
    appointments = parsers.add_parser("appointments", help="appointments").add_subparsers(
        required=True
    )
    listing(
        command(appointments, "list", listed, "List appointments, the newest transaction first."),
        APPOINTMENTS,
        view_of="appointments",
    )
    exporting = command(appointments, "export", exported, "Write a whole list to standard output.")
    listing(exporting, APPOINTMENTS, view_of="appointments")
    exporting.add_argument("--format", choices=("csv", "excel", "jsonl"), default="csv")
    command(
        appointments, "show", shown, "Show one appointment with its last activity."
    ).add_argument("appointment_key")
    line = command(
        appointments,
        "timeline",
        timeline,
        (
            "Show what happened to one appointment, the newest first: versions, attempts, "
            "and who did what."
        ),
    )
    line.add_argument("appointment_key")
    line.add_argument(
        "--json", action="store_true", help="one line of JSON each, with what was sent and answered"
    )
    command(
        appointments,
        "forget-order",
        forgotten,
        (
            "Send the next version of one appointment whatever its age: for changes that are "
            "Skipped because a last-modified time before them was wrong."
        ),
    ).add_argument("appointment_key")


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List appointments."""
    await show.rows(
        portal.items("/appointments", await looked_for(portal, asked, APPOINTMENTS), asked.most),
        COLUMNS,
        as_json=asked.json,
    )


async def exported(portal: Portal, asked: argparse.Namespace) -> None:
    """Write a list as it comes."""
    query = await looked_for(portal, asked, APPOINTMENTS) | {"format": asked.format}
    await show.file(portal.download("/appointments/export", query))


async def shown(portal: Portal, asked: argparse.Namespace) -> None:
    """Show one appointment."""
    show.one(await portal.get(f"/appointments/{asked.appointment_key}"))


async def timeline(portal: Portal, asked: argparse.Namespace) -> None:
    """Show what happened to one appointment."""
    found = portal.items(f"/timelines/{asked.appointment_key}")
    await show.rows(
        found if asked.json else (one | {"what": _what(one)} async for one in found),
        HAPPENED,
        as_json=asked.json,
    )


async def forgotten(portal: Portal, asked: argparse.Namespace) -> None:
    """Forget the order of one appointment's versions."""
    found = await portal.send("POST", f"/appointments/{asked.appointment_key}/forget-order")
    show.say(
        f"The next version of {found['appointment_key']} is sent whatever its age "
        f"({len(found['connector_ids'])} connectors). Retry the skipped deliveries that are still "
        "wanted, the oldest first."
    )


def _what(one: dict[str, Any]) -> str:
    """Say it in a line."""
    match one["kind"]:
        case "version":
            return ", ".join([one["action"] or "", *one["changed"]])
        case "attempt":
            made = one["attempt"]
            return f"{made['attempt']}: {made['status']} {made['message'] or ''}".strip()
        case "operation":
            return ", ".join(
                [one["operation"], *(delivery["outcome"] for delivery in one["deliveries"])]
            )
        case "note":
            return str(one["text"])
        case "settings":
            return f"{one['connector_name']} {one['version']}: {', '.join(one['changed'])}"
    return f"{one['action']} {one['outcome']}"
