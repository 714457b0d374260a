"""The progress of an operation, as a bar."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mboc_client.errors import UnavailableError

if TYPE_CHECKING:
    from mboc_client.portal import PortalClient

POLL_INTERVAL_S = 0.5
RECONNECT_PAUSES_S = (1, 2, 4, 8)
STANDING_STATES = ("paused", "stopped")


async def follow_operation(portal: PortalClient, operation_id: str) -> dict[str, Any]:
    """Show the progress of an operation until it ends or stands still. Return the operation."""
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("planned", total=None)
        while True:
            operation = await _read_operation(portal, operation_id)
            counts = operation["counts"]
            bar.update(
                task,
                description=operation["state"],
                total=counts["total"],
                completed=counts["total"] - counts["waiting"] - counts["asked"],
            )
            is_standing = operation["state"] in STANDING_STATES and not operation["asked_to"]
            if operation["finished_at"] or is_standing:
                return operation
            await asyncio.sleep(POLL_INTERVAL_S)


async def _read_operation(portal: PortalClient, operation_id: str) -> dict[str, Any]:
    """Return the operation; while the portal is unavailable, the operation goes on without it."""
    for pause in RECONNECT_PAUSES_S:
        try:
            return dict(await portal.get(f"/operations/{operation_id}"))
        except UnavailableError:
            await asyncio.sleep(pause)
    return dict(await portal.get(f"/operations/{operation_id}"))
