"""``mboc status``: the state of the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mboc_client.arguments.command import Command, with_portal
from mboc_client.arguments.options import output_options_with
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_table
from mboc_client.output.text import write_document, write_sentence

if TYPE_CHECKING:
    from mboc_client.portal import PortalClient

SERVICE_COLUMNS = (
    Column("service"),
    Column("replica", 1, "middle", 13),
    Column("version", 3),
    Column("ready"),
    Column("started_at", 4),
    Column("heard_at", 2),
    Column("why", 1, "end", 12),
)
LANE_COLUMNS = (
    Column("connector_name", 0, "end"),
    Column("connector_id", 3),
    Column("waiting"),
    Column("in_flight", 4),
    Column("oldest_waiting_at", 2),
    Column("held_since", 1),
    Column("reason", 1, "end", 12),
)


@click.command(
    cls=Command,
    exit_codes={
        "0": "The state is well.",
        "1": "The state is another one, or the API cannot be reached.",
    },
)
@output_options_with("Print the whole state as one JSON document.")
@with_portal
async def status(portal: PortalClient, *, output: OutputFormat) -> int:
    """Show the state of the system, its services and its lanes."""
    document = await portal.get("/status")
    if output.as_json:
        write_document(document)
    else:
        _write_status(document, output)
    return 0 if document["state"] == "well" else 1


def _write_status(document: dict[str, Any], output: OutputFormat) -> None:
    write_sentence(f"{document['state'].upper()}: {document['sentence']}")
    for reason in document["reasons"][1:]:
        write_sentence(f"  {reason}")
    for name in ("rabbitmq", "mongodb"):
        server = document[name]
        state = "reachable" if server["reachable"] else "UNAVAILABLE"
        write_sentence(f"{name:<10} {state}  {server['version'] or ''}".rstrip())
    if job := document["timer_job"]:
        trouble = f", off: {job['trouble']}" if job.get("trouble") else ""
        write_sentence(
            f"timer job  {job['expression'] or 'never'}  last run {job['last_run_at'] or '-'}, "
            f"next {job['next_run_at'] or '-'}{trouble}"
        )
    services = [one | {"why": "; ".join(one["reasons"])} for one in document["services"]]
    write_sentence("")
    write_table(services, SERVICE_COLUMNS, output)
    write_sentence("")
    write_table(document["lanes"], LANE_COLUMNS, output)
