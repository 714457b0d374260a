"""``mboc connectors``: the MBOC settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mboc_client.arguments.command import Command, Group, with_portal
from mboc_client.arguments.options import (
    always_json_option,
    as_json_option,
    limit_option,
    output_options,
)
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items
from mboc_client.output.text import write_document, write_sentence

if TYPE_CHECKING:
    from mboc_client.portal import PortalClient

COLUMNS = (
    Column("connector_id"),
    Column("name", 0, "end", 12),
    Column("source_app", 3, "end"),
    Column("system", 4),
    Column("api_type", 5),
    Column("enabled"),
    Column("uri", 2, "middle", 20),
    Column("version", 6),
)
VERSION_COLUMNS = (
    Column("version"),
    Column("modified_at"),
    Column("modified_by", 1, "end"),
    Column("changed", 0, "end"),
)
NOT_IN_EXPORT = ("connector_id", "version", "modified_at", "secrets", "header_names")
connector_id_argument = click.argument("connector_id", help="Id of the connector.")


@click.group(cls=Group)
def connectors() -> None:
    """List, show, test, switch, export and import connectors (MBOC settings)."""


@connectors.command("list")
@output_options
@with_portal
async def list_connectors(portal: PortalClient, *, output: OutputFormat) -> None:
    """List connectors by name."""
    await write_items(portal.items("/connectors"), COLUMNS, output)


@connectors.command("show")
@connector_id_argument
@always_json_option
@with_portal
async def show_connector(portal: PortalClient, *, connector_id: str) -> None:
    """Show one connector without its secrets, as JSON."""
    write_document(await portal.get(f"/connectors/{connector_id}"))


@connectors.command(
    "test",
    exit_codes={"0": "Each step passed.", "1": "A step failed, or the API refused it."},
)
@connector_id_argument
@as_json_option
@with_portal
async def test_connector(portal: PortalClient, *, connector_id: str, as_json: bool) -> int:
    """Test a connector without sending an appointment."""
    result = await portal.send("POST", f"/connectors/{connector_id}/test")
    if as_json:
        write_document(result)
    else:
        for step in result["steps"]:
            mark = "passed" if step["passed"] else "FAILED"
            write_sentence(f"{mark}  {step['name']:<15} {step['sentence']}")
    return 0 if result["passed"] else 1


def _switch(action: str, text: str) -> click.Command:
    @click.command(action, cls=Command, help=text)
    @connector_id_argument
    @as_json_option
    @with_portal
    async def switch_connector(portal: PortalClient, *, connector_id: str, as_json: bool) -> None:
        connector = await portal.send("POST", f"/connectors/{connector_id}/{action}")
        if as_json:
            write_document(connector)
        else:
            state = "enabled" if connector["enabled"] else "disabled"
            write_sentence(f"{connector['name']} is {state}.")

    return switch_connector


connectors.add_command(_switch("enable", "Enable a connector."))
connectors.add_command(_switch("disable", "Disable a connector."))


@connectors.command("versions")
@connector_id_argument
@output_options
@limit_option()
@with_portal
async def list_versions(
    portal: PortalClient, *, connector_id: str, limit: int, output: OutputFormat
) -> None:
    """List the versions of a connector with their authors and changed fields, the newest first."""
    versions = portal.items(f"/connectors/{connector_id}/versions", limit=limit)
    await write_items(versions, VERSION_COLUMNS, output)


@connectors.command("export")
@always_json_option
@with_portal
async def export_connectors(portal: PortalClient) -> None:
    """Write all connectors, without their secrets, as JSON that `import` reads."""
    write_document([_exported(connector) async for connector in portal.items("/connectors")])


def _exported(connector: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in connector.items()
        if name not in NOT_IN_EXPORT and value is not None
    }


@connectors.command(
    "import",
    examples={
        "First without an effect": "mboc connectors import connectors.csv --dry-run",
        "Then in earnest": "mboc connectors import connectors.csv",
    },
    exit_codes={
        "0": "Each row is correct.",
        "1": "A row is wrong and nothing was imported, or the API refused the file.",
    },
)
@click.argument("file", type=click.Path(path_type=Path), help="JSON or CSV file.")
@click.option("--dry-run", is_flag=True, help="Show the result of each row, and change nothing.")
@as_json_option
@with_portal
async def import_connectors(
    portal: PortalClient, *, file: Path, dry_run: bool, as_json: bool
) -> int:
    """Create or change a connector for each row of a JSON or CSV file."""
    result = await portal.send(
        "POST",
        "/connectors/import",
        data=_read_file(file),
        headers={"Content-Type": "application/json" if file.suffix == ".json" else "text/csv"},
        params={"dry_run": json.dumps(dry_run)},
    )
    if as_json:
        write_document(result)
    else:
        _write_import(result)
    return 1 if _has_wrong_row(result) else 0


def _read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.BadParameter(
            f"{file} cannot be read: {error.strerror}.", param_hint="FILE"
        ) from error


def _has_wrong_row(result: dict[str, Any]) -> bool:
    return any(row["result"] == "wrong" for row in result["rows"])


def _write_import(result: dict[str, Any]) -> None:
    for row in result["rows"]:
        errors = "".join(f"\n    {error['field']}: {error['message']}" for error in row["errors"])
        write_sentence(f"row {row['row']}  {row['result']:<6}  {row['name'] or ''}{errors}")
    if result["done"]:
        write_sentence("Done.")
    elif _has_wrong_row(result):
        write_sentence("Nothing was imported.")
    else:
        write_sentence("Nothing was imported: a dry run.")
