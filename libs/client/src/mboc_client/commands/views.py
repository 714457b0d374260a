"""``mboc views``: saved views, the filters and orders that ``--view`` names."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from mboc_client.arguments.command import Group, with_portal
from mboc_client.arguments.options import output_options
from mboc_client.arguments.saved_views import find_view
from mboc_client.errors import ClientError
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items
from mboc_client.output.text import write_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mboc_client.portal import PortalClient

LISTS = ("appointments", "deliveries", "errors", "logs", "audit")
COLUMNS = (
    Column("name", 0, "end", 12),
    Column("list"),
    Column("query", 0, "end", 20),
    Column("shared", 3),
    Column("owner", 2, "end"),
    Column("changed_at", 4),
    Column("saved_view_id", 5),
)
list_option = click.option(
    "--list", "list_name", type=click.Choice(LISTS), help="Only saved views of this list."
)


@click.group(cls=Group)
def views() -> None:
    """List, save and delete saved views."""


@views.command("list")
@list_option
@output_options
@with_portal
async def list_views(portal: PortalClient, *, list_name: str | None, output: OutputFormat) -> None:
    """List your own and the shared views, by name."""
    views = portal.items("/saved-views", {"list": list_name})
    described = (view | {"query": _as_arguments(view["query"])} async for view in views)
    await write_items(views if output.as_json else described, COLUMNS, output)


@views.command(
    "save",
    examples={
        "Failures with one code, the newest change first": "mboc views save Refused errors "
        "status=Failed code=DSWBHK020 sort=-changed_at"
    },
)
@click.argument("name", help="Name of the view.")
@click.argument(
    "list_name",
    metavar="LIST",
    type=click.Choice(LISTS),
    help=f"List of the view, one of: {', '.join(LISTS)}.",
)
@click.argument(
    "conditions",
    nargs=-1,
    metavar="[NAME=VALUE]...",
    help="Filter of the list, or sort=COLUMN. Repeat a filter for several values.",
)
@click.option("--shared", is_flag=True, help="Show the view to all users. Needs the role operator.")
@with_portal
async def save_view(
    portal: PortalClient, *, name: str, list_name: str, conditions: tuple[str, ...], shared: bool
) -> None:
    """Save a view under a name, or change your view of that name."""
    own = [
        view
        async for view in portal.items("/saved-views", {"list": list_name})
        if view["name"] == name and view["mine"]
    ]
    view = {"name": name, "list": list_name, "query": _query(conditions), "shared": shared}
    if own:
        await portal.send("PUT", f"/saved-views/{own[0]['saved_view_id']}", view)
    else:
        await portal.send("POST", "/saved-views", view)
    write_sentence("Changed." if own else "Saved.")


@views.command("delete")
@click.argument("name", help="Name of the view.")
@list_option
@with_portal
async def delete_view(portal: PortalClient, *, name: str, list_name: str | None) -> None:
    """Delete a view of yours."""
    view = await find_view(portal, name, list_name)
    await portal.send("DELETE", f"/saved-views/{view['saved_view_id']}")
    write_sentence("Removed.")


def _as_arguments(query: dict[str, Any]) -> str:
    """Return the conditions as arguments of `mboc views save`."""
    return shlex.join(
        f"{name}={value}"
        for name, values in query.items()
        for value in (values if isinstance(values, list) else [values])
    )


def _query(conditions: Iterable[str]) -> dict[str, Any]:
    """Return the conditions as parameters with one value or several."""
    values: dict[str, list[str]] = {}
    for condition in conditions:
        name, equals, value = condition.partition("=")
        if not equals:
            raise ClientError(f"{condition}: write it as NAME=VALUE, such as status=Failed.")
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}
