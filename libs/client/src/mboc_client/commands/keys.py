"""``mboc keys``: API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mboc_client.arguments.command import Group, with_portal
from mboc_client.arguments.options import as_json_option, output_options
from mboc_client.commands.users import ROLES
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items
from mboc_client.output.text import write_document, write_sentence

if TYPE_CHECKING:
    from mboc_client.portal import PortalClient

NEVER = "never"
"""The end of a key that is valid until it is revoked."""
COLUMNS = (
    Column("api_key_id"),
    Column("name", 0, "end"),
    Column("role"),
    Column("owner", 2, "end"),
    Column("created_at", 4),
    Column("expires_at", 3),
    Column("used_at", 1),
)


@click.group(cls=Group)
def keys() -> None:
    """List, create and revoke API keys."""


@keys.command("list")
@output_options
@with_portal
async def list_keys(portal: PortalClient, *, output: OutputFormat) -> None:
    """List your API keys, or those of all users for an admin, the newest first."""
    await write_items(portal.items("/api-keys"), COLUMNS, output)


@keys.command(
    "create",
    examples={
        "A key for a script that reads": "mboc keys create nightly-report viewer "
        "--expires-at 2030-01-01T00:00:00Z"
    },
)
@click.argument("name", help="Purpose of the key.")
@click.argument("role", type=click.Choice(ROLES), help="Role of the key, at most your own.")
@click.option(
    "--expires-at",
    metavar="TIME",
    help="End of the key, such as 2030-01-01T00:00:00Z. Without it, the key ends after 90 days. "
    "An admin can give `never`.",
)
@as_json_option
@with_portal
async def create_key(
    portal: PortalClient, *, name: str, role: str, expires_at: str | None, as_json: bool
) -> None:
    """Create an API key for yourself, and print it. It is shown once."""
    new: dict[str, Any] = {"name": name, "role": role}
    if expires_at is not None:
        new["expires_at"] = None if expires_at == NEVER else expires_at
    created = await portal.send("POST", "/api-keys", new)
    if as_json:
        write_document(created)
    else:
        # Only the key is printed, so that a script can store the output.
        write_sentence(created["key"])


@keys.command("revoke")
@click.argument("api_key_id", help="Id of the API key.")
@with_portal
async def revoke_key(portal: PortalClient, *, api_key_id: str) -> None:
    """Revoke an API key."""
    await portal.send("DELETE", f"/api-keys/{api_key_id}")
    write_sentence("The key is revoked.")
