"""``mboc operations``: operations that retry, archive or restore many deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mboc_client.arguments.command import Command, Group, with_portal
from mboc_client.arguments.filters import OPERATION_FILTERS
from mboc_client.arguments.options import (
    always_json_option,
    as_json_option,
    filter_options,
    limit_option,
    output_options,
)
from mboc_client.commands.operation_result import has_succeeded, sentence_of
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items
from mboc_client.output.text import write_document, write_sentence

if TYPE_CHECKING:
    from mboc_client.arguments.conditions import Conditions
    from mboc_client.portal import PortalClient

COLUMNS = (
    Column("operation_id"),
    Column("asked_at"),
    Column("kind", 1),
    Column("state"),
    Column("asked_by", 5, "end"),
    Column("counts.total", 1),
    Column("counts.waiting", 3),
    Column("counts.succeeded", 2),
    Column("counts.failed", 1),
    Column("counts.skipped", 4),
)
ITEM_COLUMNS = (
    Column("delivery_id", 0, "middle", 13),
    Column("outcome"),
    Column("status", 1),
    Column("attempt", 4),
    Column("at", 3),
    Column("message", 2, "end", 12),
)
OUTCOMES = ("waiting", "asked", "succeeded", "failed", "skipped")
operation_id_argument = click.argument("operation_id", help="Id of the operation.")


@click.group(cls=Group)
def operations() -> None:
    """List, follow, pause, resume and cancel operations on many deliveries."""


@operations.command("list")
@output_options
@limit_option()
@filter_options(OPERATION_FILTERS, is_repeatable=False)
@with_portal
async def list_operations(
    portal: PortalClient, *, conditions: Conditions, limit: int, output: OutputFormat
) -> None:
    """List operations, the newest first."""
    query = await conditions.query(portal)
    await write_items(portal.items("/operations", query, limit), COLUMNS, output)


@operations.command("items")
@operation_id_argument
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only deliveries with this outcome.")
@output_options
@limit_option()
@with_portal
async def list_items(
    portal: PortalClient,
    *,
    operation_id: str,
    outcome: str | None,
    limit: int,
    output: OutputFormat,
) -> None:
    """List the deliveries of an operation with their outcomes."""
    path = f"/operations/{operation_id}/items"
    await write_items(portal.items(path, {"outcome": outcome}, limit), ITEM_COLUMNS, output)


@operations.command("show")
@operation_id_argument
@always_json_option
@with_portal
async def show_operation(portal: PortalClient, *, operation_id: str) -> None:
    """Show one operation, as JSON."""
    write_document(await portal.get(f"/operations/{operation_id}"))


@operations.command(
    "follow",
    exit_codes={
        "0": "The operation is done, and no delivery failed.",
        "1": "A delivery failed, or the operation stands still or was cancelled.",
    },
)
@operation_id_argument
@as_json_option
@with_portal
async def follow(portal: PortalClient, *, operation_id: str, as_json: bool) -> int:
    """Follow an operation to its end."""
    from mboc_client.commands.operation_progress import (  # noqa: PLC0415 - rich is slow to import
        follow_operation,
    )

    operation = await follow_operation(portal, operation_id)
    if as_json:
        write_document(operation)
    else:
        write_sentence(sentence_of(operation))
    return 0 if has_succeeded(operation) else 1


def _steering(action: str, text: str) -> click.Command:
    @click.command(action, cls=Command, help=text)
    @operation_id_argument
    @as_json_option
    @with_portal
    async def steer_operation(portal: PortalClient, *, operation_id: str, as_json: bool) -> None:
        operation = await portal.send("POST", f"/operations/{operation_id}/{action}")
        if as_json:
            write_document(operation)
        elif operation["asked_to"]:
            write_sentence(f"Asked to {action} operation {operation_id}.")
        else:
            write_sentence(sentence_of(operation))

    return steer_operation


operations.add_command(_steering("pause", "Start no more deliveries of an operation."))
operations.add_command(_steering("resume", "Continue an operation that is paused or stopped."))
operations.add_command(_steering("cancel", "Skip the deliveries of an operation that wait."))
