"""``mboc operations``: what was begun by retry, archive and restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mboc_client import show
from mboc_client.commands import following
from mboc_client.commands.words import command

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

COLUMNS = (
    "operation_id",
    "asked_at",
    "kind",
    "state",
    "asked_by",
    "counts.total",
    "counts.waiting",
    "counts.succeeded",
    "counts.failed",
    "counts.skipped",
)
ITEMS = ("delivery_id", "outcome", "status", "attempt", "at", "message")
FILTERS = ("state", "kind", "asked_by")


def add(parsers: Parsers) -> None:
    """Add the commands."""
    operations = parsers.add_parser(
        "operations", help="retry, archive or restore of many"
    ).add_subparsers(required=True)
    listing = command(operations, "list", listed, "List operations, the newest first.")
    for name in FILTERS:
        listing.add_argument(f"--{name.replace('_', '-')}")
    items = command(
        operations, "items", itemised, "List an operation's deliveries with what they came to."
    )
    items.add_argument("operation_id")
    items.add_argument("--outcome", choices=("waiting", "asked", "succeeded", "failed", "skipped"))
    for parser in (listing, items):
        parser.add_argument("--most", type=int, default=50, help="how many at most (default 50)")
        parser.add_argument("--json", action="store_true", help="one line of JSON each")
    command(operations, "show", shown, "Show one operation.").add_argument("operation_id")
    command(operations, "follow", followed, "Follow an operation to its end.").add_argument(
        "operation_id"
    )
    for word, text in (
        ("pause", "Ask for no more deliveries."),
        ("resume", "Go on with a paused or stopped one."),
        ("cancel", "Skip what is waiting."),
    ):
        command(operations, word, steered, text).add_argument("operation_id")


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List operations."""
    query = {name: getattr(asked, name) for name in FILTERS}
    await show.rows(portal.items("/operations", query, asked.most), COLUMNS, as_json=asked.json)


async def itemised(portal: Portal, asked: argparse.Namespace) -> None:
    """List an operation's deliveries."""
    path = f"/operations/{asked.operation_id}/items"
    await show.rows(
        portal.items(path, {"outcome": asked.outcome}, asked.most), ITEMS, as_json=asked.json
    )


async def shown(portal: Portal, asked: argparse.Namespace) -> None:
    """Show one operation."""
    show.one(await portal.get(f"/operations/{asked.operation_id}"))


async def followed(portal: Portal, asked: argparse.Namespace) -> int:
    """Follow one to its end."""
    return await following.follow(portal, asked.operation_id)


async def steered(portal: Portal, asked: argparse.Namespace) -> None:
    """Pause, resume or cancel one."""
    operation = await portal.send("POST", f"/operations/{asked.operation_id}/{asked.word}")
    show.say(
        following.sentence(operation)
        if not operation["asked_to"]
        else f"Asked to {asked.word} operation {asked.operation_id}."
    )
