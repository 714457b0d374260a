"""``mboc status`` and ``mboc figures``: how everything stands, and what came of
changes over time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mboc_client import show
from mboc_client.commands.words import command, given

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Iterable

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

SERVICES = ("service", "replica", "version", "ready", "started_at", "heard_at", "why")
LANES = (
    "connector_name",
    "connector_id",
    "waiting",
    "in_flight",
    "oldest_waiting_at",
    "held_since",
    "reason",
)
FIGURES = (
    "at",
    "connector_name",
    "connector_id",
    "accepted",
    "success",
    "failed",
    "skipped",
    "refused",
    "oldest_waiting_s",
)
FILTERS = ("step", "at_from", "at_to", "connector_id")


def add(parsers: Parsers) -> None:
    """Add the commands."""
    telling = command(
        parsers, "status", told, "Say how everything stands; the exit code is 1 unless all is well."
    )
    telling.add_argument("--json", action="store_true", help="everything as JSON")
    counting = command(
        parsers,
        "figures",
        counted,
        "Count what came in and what became of it, per minute, hour or day.",
    )
    counting.add_argument("--step", choices=("minute", "hour", "day"), default="hour")
    for name in FILTERS[1:]:
        counting.add_argument(f"--{name.replace('_', '-')}")
    counting.add_argument("--json", action="store_true", help="one line of JSON each")


async def told(portal: Portal, asked: argparse.Namespace) -> int:
    """Say how everything stands."""
    found = await portal.get("/status")
    if asked.json:
        show.one(found)
    else:
        await _tell(found)
    return 0 if found["state"] == "well" else 1


async def counted(portal: Portal, asked: argparse.Namespace) -> None:
    """Print figures."""
    found = await portal.get("/figures", given(asked, FILTERS))
    await show.rows(_each(found["items"]), FIGURES, as_json=asked.json)


async def _tell(found: dict[str, Any]) -> None:
    show.say(f"{found['state'].upper()}: {found['sentence']}")
    for reason in found["reasons"][1:]:
        show.say(f"  {reason}")
    for name in ("rabbitmq", "mongodb"):
        server = found[name]
        show.say(
            (
                f"{name:<10} {'reachable' if server['reachable'] else 'AWAY'}  "
                f"{server['version'] or ''}"
            ).rstrip()
        )
    if job := found["timer_job"]:
        show.say(
            f"timer job  {job['expression'] or 'never'}  last run {job['last_run_at'] or '-'}, "
            f"next {job['next_run_at'] or '-'}"
            + (f", off: {job['trouble']}" if job.get("trouble") else "")
        )
    show.say("")
    await show.rows(
        _each(service | {"why": "; ".join(service["reasons"])} for service in found["services"]),
        SERVICES,
        as_json=False,
    )
    show.say("")
    await show.rows(_each(found["lanes"]), LANES, as_json=False)


async def _each(items: Iterable[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    for item in items:
        yield item
