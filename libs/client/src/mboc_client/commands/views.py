"""``mboc views``: filters and orders kept under a name, for ``--view``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mboc_client import show
from mboc_client.commands.words import command, the_view
from mboc_client.errors import ClientError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

LISTS = ("appointments", "deliveries", "errors", "logs", "audit")
COLUMNS = ("name", "list", "query", "shared", "owner", "changed_at", "saved_view_id")


def add(parsers: Parsers) -> None:
    """Add the commands."""
    views = parsers.add_parser("views", help="saved views").add_subparsers(required=True)
    listing = command(views, "list", listed, "List your own and the shared views, by name.")
    listing.add_argument("--list", choices=LISTS)
    listing.add_argument("--json", action="store_true", help="one line of JSON each")
    saving = command(
        views, "save", saved, "Keep a view under a name, or change your view of that name."
    )
    saving.add_argument("name")
    saving.add_argument("list", choices=LISTS)
    saving.add_argument(
        "query",
        nargs="*",
        metavar="NAME=VALUE",
        help="a filter of the list, or sort=COLUMN; several values: give it several times",
    )
    saving.add_argument(
        "--shared", action="store_true", help="let everybody see it; needs the role operator"
    )
    deleting = command(views, "delete", deleted, "Remove a view of yours.")
    deleting.add_argument("name")
    deleting.add_argument("--list", choices=LISTS)


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List views."""
    await show.rows(portal.items("/saved-views", {"list": asked.list}), COLUMNS, as_json=asked.json)


async def saved(portal: Portal, asked: argparse.Namespace) -> None:
    """Keep a view."""
    own = [
        view
        async for view in portal.items("/saved-views", {"list": asked.list})
        if view["name"] == asked.name and view["mine"]
    ]
    fields = {
        "name": asked.name,
        "list": asked.list,
        "query": _query(asked.query),
        "shared": asked.shared,
    }
    if own:
        await portal.send("PUT", f"/saved-views/{own[0]['saved_view_id']}", fields)
    else:
        await portal.send("POST", "/saved-views", fields)
    show.say("Changed." if own else "Saved.")


async def deleted(portal: Portal, asked: argparse.Namespace) -> None:
    """Remove a view."""
    view = await the_view(portal, asked.name, asked.list)
    await portal.send("DELETE", f"/saved-views/{view['saved_view_id']}")
    show.say("Removed.")


def _query(words: Iterable[str]) -> dict[str, Any]:
    """Return parameters with one value or several."""
    query: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ClientError(f"{word}: write it as NAME=VALUE, such as status=Failed.")
        known = query.get(name)
        query[name] = (
            value
            if known is None
            else [*known, value]
            if isinstance(known, list)
            else [known, value]
        )
    return query
