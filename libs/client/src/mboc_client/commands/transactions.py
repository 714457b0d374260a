"""``mboc transactions`` and ``mboc errors``: deliveries, as lists, one by one, or as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mboc_client import show
from mboc_client.commands.acting import add_acting
from mboc_client.commands.filters import DELIVERIES
from mboc_client.commands.words import command, listing, looked_for

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

COLUMNS = (
    "received_at",
    "status",
    "connector_name",
    "appointment.job_no",
    "action",
    "message",
    "delivery_id",
)
CAUSES = (
    "cause",
    "count",
    "code",
    "connector_name",
    "first_seen",
    "last_seen",
    "message",
    "note.text",
)


def add(parsers: Parsers) -> None:
    """Add the commands."""
    transactions = parsers.add_parser("transactions", help="deliveries").add_subparsers(
        required=True
    )
    listing(
        command(transactions, "list", listed, "List deliveries, the newest first."),
        DELIVERIES,
        view_of="deliveries",
    )
    command(transactions, "show", shown, "Show one delivery with its attempts.").add_argument(
        "delivery_id"
    )
    exporting = command(transactions, "export", exported, "Write a whole list to standard output.")
    listing(exporting, DELIVERIES, view_of="deliveries")
    exporting.add_argument("--format", choices=("csv", "excel", "jsonl"), default="csv")
    add_acting(transactions, ("retry", "archive", "restore"))
    errors = parsers.add_parser("errors", help="what was not sent successfully").add_subparsers(
        required=True
    )
    listing(
        command(errors, "list", troubled, "List them, the newest first."),
        DELIVERIES,
        view_of="errors",
    )
    listing(
        command(errors, "causes", causes, "Group them by cause."),
        DELIVERIES,
        sorts=False,
        view_of="errors",
    )
    noting = command(errors, "note", noted, "Write down what is known about a cause.")
    noting.add_argument("cause")
    noting.add_argument("text")
    add_acting(errors, ("retry", "archive"), troubled=True)


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List deliveries."""
    await show.rows(
        portal.items("/deliveries", await looked_for(portal, asked, DELIVERIES), asked.most),
        COLUMNS,
        as_json=asked.json,
    )


async def troubled(portal: Portal, asked: argparse.Namespace) -> None:
    """List what was not sent successfully."""
    query = await looked_for(portal, asked, DELIVERIES) | {"troubled": True}
    await show.rows(portal.items("/deliveries", query, asked.most), COLUMNS, as_json=asked.json)


async def shown(portal: Portal, asked: argparse.Namespace) -> None:
    """Show one delivery."""
    show.one(await portal.get(f"/deliveries/{asked.delivery_id}"))


async def exported(portal: Portal, asked: argparse.Namespace) -> None:
    """Write a list as it comes."""
    query = await looked_for(portal, asked, DELIVERIES) | {"format": asked.format}
    await show.file(portal.download("/deliveries/export", query))


async def causes(portal: Portal, asked: argparse.Namespace) -> None:
    """Group errors by cause."""
    query = {
        name: value
        for name, value in (await looked_for(portal, asked, DELIVERIES)).items()
        if name in DELIVERIES
    }
    await show.rows(portal.items("/causes", query, asked.most), CAUSES, as_json=asked.json)


async def noted(portal: Portal, asked: argparse.Namespace) -> None:
    """Write a note."""
    await portal.send("PUT", f"/causes/{asked.cause}/note", {"text": asked.text})
    show.say("Noted." if asked.text.strip() else "The note is gone.")
