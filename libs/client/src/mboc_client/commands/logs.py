"""``mboc logs``: what the services log, as a list, or as it comes in."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mboc_client import show
from mboc_client.commands.words import command, given, listing

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

FILTERS = ("level", "service", "replica", "delivery_id", "search", "at_from", "at_to")
COLUMNS = ("at", "level", "service", "replica", "event", "delivery_id")
GLANCE_S = 1.0
LATEST = timedelta(seconds=10)
"""Lines of several services come in about a second after they were written, and not in order: look
so far back again.
"""
MOST_AT_ONCE = 5_000


def add(parsers: Parsers) -> None:
    """Add the commands."""
    logs = parsers.add_parser("logs", help="what the services log").add_subparsers(required=True)
    listing(command(logs, "list", listed, "List lines, the newest first."), FILTERS, sorts=False)
    tailing = command(
        logs, "tail", tailed, "Print lines as they come in, until Ctrl-C; --json as lines of JSON."
    )
    for name in FILTERS[:-2]:
        tailing.add_argument(f"--{name.replace('_', '-')}")
    tailing.add_argument(
        "--most",
        type=int,
        default=10,
        help="how many of the last lines are printed first (default 10)",
    )
    tailing.add_argument("--json", action="store_true", help="one line of JSON each")


async def listed(portal: Portal, asked: argparse.Namespace) -> None:
    """List lines."""
    await show.rows(
        portal.items("/logs", given(asked, FILTERS), asked.most), COLUMNS, as_json=asked.json
    )


async def tailed(portal: Portal, asked: argparse.Namespace) -> None:
    """Print the last lines, then each new one once."""
    query = given(asked, FILTERS)
    seen: dict[str, str] = {}
    most = asked.most
    while True:
        new = [
            line
            async for line in portal.items("/logs", query | _since(seen), most)
            if line["log_id"] not in seen
        ]
        for line in reversed(new):
            _print(line, as_json=asked.json)
        sys.stdout.flush()
        seen = _recent(seen | {line["log_id"]: line["at"] for line in new})
        most = MOST_AT_ONCE
        await asyncio.sleep(GLANCE_S)


def _since(seen: Mapping[str, str]) -> dict[str, str]:
    return {"at_from": _written(_newest(seen) - LATEST)} if seen else {}


def _recent(seen: Mapping[str, str]) -> dict[str, str]:
    """Return only what may come again."""
    return {
        log_id: at
        for log_id, at in seen.items()
        if datetime.fromisoformat(at) >= _newest(seen) - LATEST
    }


def _newest(seen: Mapping[str, str]) -> datetime:
    return max(map(datetime.fromisoformat, seen.values()))


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _print(line: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.line(line)
        return
    facts = {
        name: value
        for name, value in {"delivery_id": line["delivery_id"], **line["fields"]}.items()
        if value is not None
    }
    said = " ".join(f"{name}={value}" for name, value in facts.items())
    show.say(
        f"{line['at']} {line['level']:<8} {line['replica']}: "
        f"{line['event']}{'  ' + said if said else ''}"
    )
