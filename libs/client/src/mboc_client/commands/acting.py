"""Retry, archive and restore: the plan first, then a yes, then an operation that is
followed to its end.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from mboc_client import show
from mboc_client.commands.filters import DELIVERIES, typed
from mboc_client.commands.following import follow
from mboc_client.commands.words import command, filtering, looked_for
from mboc_client.errors import ClientError

if TYPE_CHECKING:
    import argparse

    from mboc_client.commands.words import Parsers
    from mboc_client.portal import Portal

TEXTS = {
    "retry": "Send them again, with their connectors as they are now.",
    "archive": "Take them out of the lists.",
    "restore": "Bring archived ones back.",
}
CAUSES_SHOWN = 10


def add_acting(parsers: Parsers, kinds: tuple[str, ...], **always: Any) -> None:
    """Add commands that act on deliveries; ``always`` are filters that hold
    whatever else is given.
    """
    for kind in kinds:
        parser = command(
            parsers, kind, partial(acted, kind, always), f"{TEXTS[kind]} The plan is shown first."
        )
        parser.add_argument(
            "delivery_id", nargs="*", help="these deliveries; without any, those of the filters"
        )
        filtering(parser, DELIVERIES, "errors" if always else "deliveries")
        parser.add_argument(
            "--per-second",
            type=float,
            help="how many per second at most (default: the portal's, 50)",
        )
        parser.add_argument(
            "--ramp", action="store_true", help="begin with 1, 5 and 25, and wait for each step"
        )
        parser.add_argument(
            "--stop-at-failure-share",
            type=float,
            help="stop by itself when more than this share failed, such as 0.2",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--detach", action="store_true", help="begin it and do not wait for its end"
        )


async def acted(
    kind: str, always: dict[str, Any], portal: Portal, asked: argparse.Namespace
) -> int:
    """Plan, ask, begin, follow; returns an exit code."""
    choice = (
        {"kind": kind}
        | await _choice(portal, asked, always)
        | ({"per_second": asked.per_second} if asked.per_second is not None else {})
    )
    plan = await portal.send("POST", "/operations/plan", choice)
    if not plan["count"]:
        show.say(f"Nothing to {kind}.")
        return 0
    _print(kind, plan)
    if not asked.yes and not _agrees(kind):
        return 1
    further = {
        "ramp": asked.ramp,
        "stop_at_failure_share": asked.stop_at_failure_share,
        "expected_count": plan["count"],
    } | ({"as_of": plan["as_of"]} if "as_of" in plan else {})
    operation = await portal.send("POST", "/operations", choice | further)
    show.say(f"Operation {operation['operation_id']} has begun.")
    return 0 if asked.detach else await follow(portal, operation["operation_id"])


async def _choice(
    portal: Portal, asked: argparse.Namespace, always: dict[str, Any]
) -> dict[str, Any]:
    filters = {
        name: value
        for name, value in (await looked_for(portal, asked, DELIVERIES)).items()
        if name in DELIVERIES
    }
    if asked.delivery_id and filters:
        raise ClientError("Name deliveries or give filters, not both.")
    if asked.delivery_id:
        return {"delivery_ids": asked.delivery_id}
    if not filters and not always:
        raise ClientError(
            "Name deliveries, or give at least one filter such as --status or --connector-id."
        )
    return {"filter": typed(filters | always)}


def _print(kind: str, plan: dict[str, Any]) -> None:
    """Say what would be done, by connector and by cause."""
    show.say(
        f"{plan['count']} deliveries; there is something to {kind} with {plan['doable']} of them. "
        f"It takes {plan['seconds']:g} seconds at least."
    )
    for row in plan["by_connector"]:
        show.say(f"  {row['count']:>7}  {row['connector_name'] or row['connector_id']}")
    causes = [row for row in plan["by_cause"] if row["cause"]]
    for row in causes[:CAUSES_SHOWN]:
        show.say(f"  {row['count']:>7}  {row['message'] or row['code']}")
    if len(causes) > CAUSES_SHOWN:
        show.say(f"           and {len(causes) - CAUSES_SHOWN} more causes")


def _agrees(kind: str) -> bool:
    if not sys.stdin.isatty():
        raise ClientError("Nothing was done: say --yes to carry it out.")
    return input(f"{kind.capitalize()} them? [y/N] ").strip().lower() in {"y", "yes"}
