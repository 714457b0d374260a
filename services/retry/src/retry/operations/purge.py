"""The retention of operations: deletes them with their items ninety days after their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retry.store.items import ItemStore
    from retry.store.operations import OperationStore

PURGE_BATCH = 5_000


async def purge_expired(operations: OperationStore, items: ItemStore) -> None:
    """Delete expired operations.

    The items are deleted first and the operation last, so that a kill leaves no items without
    their operation.
    """
    while (operation_id := await operations.find_expired()) is not None:
        while await items.delete_batch(operation_id, PURGE_BATCH):
            pass
        await operations.delete(operation_id)
