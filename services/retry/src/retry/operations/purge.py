"""Ends what nobody looks up any more: operations that have been over for ninety days,
with their items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retry.store.items import Items
    from retry.store.operations import Operations

TOGETHER = 5_000


async def forget(operations: Operations, items: Items) -> None:
    """Delete items first and the operation last, so that a kill half way leaves nothing behind."""
    while (operation_id := await operations.old()) is not None:
        while await items.forget(operation_id, TOGETHER):
            pass
        await operations.forget(operation_id)
