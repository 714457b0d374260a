"""``mboc users``: the accounts; passwords are asked for or read from standard input, never from
the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mboc_client import show
from mboc_client.commands.words import command, typed

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

COLUMNS = ("name", "role", "enabled", "created_at", "password_changed_at", "signed_in_at")
ROLES = ("viewer", "operator", "admin")


def add(parsers: Parsers) -> None:
    """Add the commands."""
    users = parsers.add_parser("users", help="accounts").add_subparsers(required=True)
    command(users, "list", listed, "List accounts by name.").add_argument(
        "--json", action="store_true"
    )
    for name, run, text in (
        (
            "create",
            created,
            "Create an account; its password is asked for, or read from standard input.",
        ),
        ("role", promoted, "Give an account another role; its sessions end."),
        ("enable", switched, "Let an account in again."),
        (
            "disable",
            switched,
            "Keep an account out; its sessions end, and its API keys are refused.",
        ),
        (
            "password",
            reset,
            (
                "Give an account a new password, asked for or read from standard input; "
                "its sessions end."
            ),
        ),
    ):
        parser = command(users, name, run, text)
        parser.add_argument("name")
        if name in {"create", "role"}:
            parser.add_argument("role", choices=ROLES)


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List accounts."""
    await show.rows(portal.items("/users"), COLUMNS, as_json=asked.json)


async def created(portal: Portal, asked: argparse.Namespace) -> None:
    """Create one."""
    found = await portal.send(
        "POST",
        "/users",
        {
            "name": asked.name,
            "role": asked.role,
            "password": await typed("Password of the new account: "),
        },
    )
    show.say(f"{found['name']} is created, as {found['role']}.")


async def promoted(portal: Portal, asked: argparse.Namespace) -> None:
    """Change a role."""
    found = await portal.send("PUT", f"/users/{asked.name}", {"role": asked.role})
    show.say(f"{found['name']} is {found['role']} now.")


async def switched(portal: Portal, asked: argparse.Namespace) -> None:
    """Enable or disable one."""
    found = await portal.send("PUT", f"/users/{asked.name}", {"enabled": asked.word == "enable"})
    show.say(f"{found['name']} is {'enabled' if found['enabled'] else 'disabled'}.")


async def reset(portal: Portal, asked: argparse.Namespace) -> None:
    """Replace a password."""
    await portal.send(
        "POST",
        f"/users/{asked.name}/password",
        {"password": await typed(f"New password of {asked.name}: ")},
    )
    show.say("The password is replaced.")
