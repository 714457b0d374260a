"""Follows an operation to its end, with a bar."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mboc_client import show
from mboc_client.errors import AwayError

if TYPE_CHECKING:
    from mboc_client.portal import Portal

GLANCE_S = 0.5
STANDING = ("paused", "stopped")


async def follow(portal: Portal, operation_id: str) -> int:
    """Show how it goes until it is over or stands still; returns 0 when it is done
    and nothing failed.
    """
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        transient=True,
    ) as bar:
        task = bar.add_task("planned", total=None)
        while True:
            operation = await _read(portal, operation_id)
            counts = operation["counts"]
            bar.update(
                task,
                description=operation["state"],
                total=counts["total"],
                completed=counts["total"] - counts["waiting"] - counts["asked"],
            )
            if operation["finished_at"] or (
                operation["state"] in STANDING and not operation["asked_to"]
            ):
                break
            await asyncio.sleep(GLANCE_S)
    show.say(sentence(operation))
    return 0 if operation["state"] == "done" and not counts["failed"] else 1


def sentence(operation: dict[str, Any]) -> str:
    """Say in one line where an operation stands."""
    counts = ", ".join(
        f"{count} {name}"
        for name, count in operation["counts"].items()
        if count and name != "total"
    )
    left_out = (operation.get("planned") or 0) - operation["counts"]["total"]
    changed = f"{left_out} planned ones changed before the start and are left out. "
    return (
        f"Operation {operation['operation_id']} is {operation['state']}: "
        f"{counts or 'nothing to do'}. {changed if left_out > 0 else ''}{operation['reason'] or ''}"
    ).rstrip()


async def _read(portal: Portal, operation_id: str) -> dict[str, Any]:
    """Read it, and have patience while the portal is away: the operation goes on without it."""
    for pause in (1, 2, 4, 8):
        try:
            return dict(await portal.get(f"/operations/{operation_id}"))
        except AwayError:
            await asyncio.sleep(pause)
    return dict(await portal.get(f"/operations/{operation_id}"))
