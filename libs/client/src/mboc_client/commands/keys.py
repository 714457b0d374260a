"""``mboc keys``: API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mboc_client import show
from mboc_client.commands.users import ROLES
from mboc_client.commands.words import command

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

COLUMNS = ("api_key_id", "name", "role", "owner", "created_at", "expires_at", "used_at")


def add(parsers: Parsers) -> None:
    """Add the commands."""
    keys = parsers.add_parser("keys", help="API keys").add_subparsers(required=True)
    command(
        keys, "list", listed, "List your keys, an admin everybody's; the newest first."
    ).add_argument("--json", action="store_true")
    creating = command(keys, "create", created, "Make a key for yourself, and print it once.")
    creating.add_argument("name", help="what it is for")
    creating.add_argument("role", choices=ROLES, help="at most your own")
    creating.add_argument(
        "--expires-at",
        metavar="MOMENT",
        help="such as 2030-01-01T00:00:00Z; without, it lives until it is revoked",
    )
    command(keys, "revoke", revoked, "Refuse a key from now on.").add_argument("api_key_id")


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List keys."""
    await show.rows(portal.items("/api-keys"), COLUMNS, as_json=asked.json)


async def created(portal: Portal, asked: argparse.Namespace) -> None:
    """Make one; only the key is printed, so that a script can keep it."""
    found = await portal.send(
        "POST",
        "/api-keys",
        {"name": asked.name, "role": asked.role, "expires_at": asked.expires_at},
    )
    show.say(found["key"])


async def revoked(portal: Portal, asked: argparse.Namespace) -> None:
    """Revoke one."""
    await portal.send("DELETE", f"/api-keys/{asked.api_key_id}")
    show.say("The key is revoked.")
