"""``mboc audit``: who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mboc_client import show
from mboc_client.commands.words import command, given

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

COLUMNS = ("at", "who", "role", "via", "address", "action", "target", "outcome")
FILTERS = ("who", "action", "target", "at_from", "at_to")


def add(parsers: Parsers) -> None:
    """Add the command."""
    audit = parsers.add_parser("audit", help="who did what").add_subparsers(required=True)
    listing = command(
        audit,
        "list",
        listed,
        "List every write and every refused one, the newest first; before and after with --json.",
    )
    for name in FILTERS:
        listing.add_argument(f"--{name.replace('_', '-')}")
    listing.add_argument(
        "--sort", help="at, who, action or target; a minus before it turns the order round"
    )
    listing.add_argument("--most", type=int, default=50, help="how many at most (default 50)")
    listing.add_argument("--json", action="store_true", help="one line of JSON each")


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List it."""
    await show.rows(
        portal.items("/audit", given(asked, FILTERS), asked.most), COLUMNS, as_json=asked.json
    )
