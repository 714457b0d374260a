"""``mboc connectors``: the MBOC settings."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mboc_client import show
from mboc_client.commands.words import command

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

COLUMNS = ("connector_id", "name", "source_app", "system", "api_type", "enabled", "uri", "version")
VERSIONS = ("version", "modified_at", "modified_by", "changed")
NOT_ENTERED = ("connector_id", "version", "modified_at", "secrets", "header_names")


def add(parsers: Parsers) -> None:
    """Add the commands."""
    connectors = parsers.add_parser("connectors", help="connectors (MBOC settings)").add_subparsers(
        required=True
    )
    command(connectors, "list", listed, "List connectors by name.").add_argument(
        "--json", action="store_true"
    )
    for name, run, text in (
        ("show", shown, "Show one connector."),
        ("test", tested, "Try a connector without sending an appointment."),
        ("enable", switched, "Enable a connector."),
        ("disable", switched, "Disable a connector."),
    ):
        command(connectors, name, run, text).add_argument("connector_id")
    history = command(
        connectors,
        "versions",
        versions,
        "List what a connector was, the newest version first: when, by whom, and what was changed.",
    )
    history.add_argument("connector_id")
    history.add_argument("--most", type=int, default=50, help="how many at most (default 50)")
    history.add_argument(
        "--json",
        action="store_true",
        help="one line of JSON each, with every field but the secrets",
    )
    command(
        connectors,
        "export",
        exported,
        "Write all connectors, without their secrets, as JSON that `import` reads.",
    )
    importing = command(
        connectors,
        "import",
        imported,
        "Create or change a connector per row of a JSON or CSV file.",
    )
    importing.add_argument("file", type=Path)
    importing.add_argument("--dry-run", action="store_true", help="only say what would happen")


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List connectors."""
    await show.rows(portal.items("/connectors"), COLUMNS, as_json=asked.json)


async def shown(portal: Portal, asked: argparse.Namespace) -> None:
    """Show one connector."""
    show.one(await portal.get(f"/connectors/{asked.connector_id}"))


async def versions(portal: Portal, asked: argparse.Namespace) -> None:
    """List the versions of one."""
    found = portal.items(f"/connectors/{asked.connector_id}/versions", most=asked.most)
    told = (
        found
        if asked.json
        else (one | {"changed": ", ".join(one["changed"])} async for one in found)
    )
    await show.rows(told, VERSIONS, as_json=asked.json)


async def tested(portal: Portal, asked: argparse.Namespace) -> int:
    """Print the steps of a test."""
    found = await portal.send("POST", f"/connectors/{asked.connector_id}/test")
    for step in found["steps"]:
        show.say(
            f"{'passed' if step['passed'] else 'FAILED'}  {step['name']:<15} {step['sentence']}"
        )
    return 0 if found["passed"] else 1


async def switched(portal: Portal, asked: argparse.Namespace) -> None:
    """Enable or disable one."""
    found = await portal.send("POST", f"/connectors/{asked.connector_id}/{asked.word}")
    show.say(f"{found['name']} is {'enabled' if found['enabled'] else 'disabled'}.")


async def exported(portal: Portal, asked: argparse.Namespace) -> None:  # noqa: ARG001 - as called
    """Write all connectors."""
    show.one([_entered(connector) async for connector in portal.items("/connectors")])


def _entered(connector: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in connector.items()
        if name not in NOT_ENTERED and value is not None
    }


async def imported(portal: Portal, asked: argparse.Namespace) -> int:
    """Send a file, and say per row what became of it."""
    kind = "application/json" if asked.file.suffix == ".json" else "text/csv"
    body = await asyncio.to_thread(asked.file.read_bytes)
    query = {"dry_run": json.dumps(asked.dry_run)}
    found = await portal.send(
        "POST", "/connectors/import", data=body, headers={"Content-Type": kind}, params=query
    )
    for row in found["rows"]:
        wrong = "".join(f"\n    {error['field']}: {error['message']}" for error in row["errors"])
        show.say(f"row {row['row']}  {row['result']:<6}  {row['name'] or ''}{wrong}")
    is_wrong = any(row["result"] == "wrong" for row in found["rows"])
    show.say(
        "Done."
        if found["done"]
        else "Nothing was imported."
        if is_wrong
        else "Nothing was imported: a dry run."
    )
    return 1 if is_wrong else 0
