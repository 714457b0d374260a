"""``mboc appointments``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mboc_client import show
from mboc_client.commands.words import command, given, listing

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

FILTERS = ("source_app", "job_no", "task_no", "appointment_id", "subject")
COLUMNS = ("appointment_key", "last_transaction_at", "job_no", "task_no", "subject", "start", "end", "action", "phase", "modified_by")


def add(parsers: Parsers) -> None:
    """Add the commands."""
    appointments = parsers.add_parser("appointments", help="appointments").add_subparsers(required=True)
    listing(command(appointments, "list", listed, "List appointments, the newest transaction first."), FILTERS)
    command(appointments, "show", shown, "Show one appointment with its last activity.").add_argument("appointment_key")


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List appointments."""
    await show.rows(portal.items("/appointments", given(asked, FILTERS), asked.most), COLUMNS, as_json=asked.json)


async def shown(portal: Portal, asked: argparse.Namespace) -> None:
    """Show one appointment."""
    show.one(await portal.get(f"/appointments/{asked.appointment_key}"))
