"""``mboc users``: accounts. Passwords come from the terminal or from standard input, never from the
command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mboc_client.arguments.command import Command, Group, with_portal
from mboc_client.arguments.options import as_json_option, output_options
from mboc_client.arguments.prompts import read_password
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items
from mboc_client.output.text import write_document, write_sentence

if TYPE_CHECKING:
    from mboc_client.portal import PortalClient

COLUMNS = (
    Column("name"),
    Column("role"),
    Column("enabled"),
    Column("created_at", 2),
    Column("password_changed_at", 3),
    Column("signed_in_at", 1),
)
ROLES = ("viewer", "operator", "admin")
name_argument = click.argument("name", help="Name of the account.")
role_argument = click.argument("role", type=click.Choice(ROLES), help="Role of the account.")


@click.group(cls=Group)
def users() -> None:
    """List, create and change accounts."""


@users.command("list")
@output_options
@with_portal
async def list_users(portal: PortalClient, *, output: OutputFormat) -> None:
    """List accounts by name."""
    await write_items(portal.items("/users"), COLUMNS, output)


@users.command("create")
@name_argument
@role_argument
@as_json_option
@with_portal
async def create_user(portal: PortalClient, *, name: str, role: str, as_json: bool) -> None:
    """Create an account. The password comes from the terminal or from standard input."""
    password = read_password("Password of the new account: ")
    account = {"name": name, "role": role, "password": password}
    user = await portal.send("POST", "/users", account)
    _write(user, f"{user['name']} is created, as {user['role']}.", as_json=as_json)


@users.command("role")
@name_argument
@role_argument
@as_json_option
@with_portal
async def change_role(portal: PortalClient, *, name: str, role: str, as_json: bool) -> None:
    """Give an account another role, and end its sessions."""
    user = await portal.send("PUT", f"/users/{name}", {"role": role})
    _write(user, f"{user['name']} is {user['role']} now.", as_json=as_json)


def _switch(action: str, text: str) -> click.Command:
    @click.command(action, cls=Command, help=text)
    @name_argument
    @as_json_option
    @with_portal
    async def switch_user(portal: PortalClient, *, name: str, as_json: bool) -> None:
        user = await portal.send("PUT", f"/users/{name}", {"enabled": action == "enable"})
        state = "enabled" if user["enabled"] else "disabled"
        _write(user, f"{user['name']} is {state}.", as_json=as_json)

    return switch_user


users.add_command(_switch("enable", "Enable an account."))
users.add_command(
    _switch("disable", "Disable an account, end its sessions and refuse its API keys.")
)


@users.command("password")
@name_argument
@with_portal
async def reset_password(portal: PortalClient, *, name: str) -> None:
    """Give an account a new password, and end its sessions.

    The password comes from the terminal or from standard input.
    """
    password = read_password(f"New password of {name}: ")
    await portal.send("POST", f"/users/{name}/password", {"password": password})
    write_sentence("The password is replaced.")


def _write(user: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        write_document(user)
    else:
        write_sentence(sentence)
