"""Reads a whole list in batches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from portal_api.schemas.paging import Page

    Batch = list[dict[str, Any]]
    Read = Callable[[Page], Awaitable[tuple[Batch, str | None]]]

EXPORT_BATCH = 1_000


async def read_batches(read: Read, page: Page) -> AsyncIterator[Batch]:
    """Return the batches of the whole list.

    The first batch is read before this returns, so that an error is still answered with a problem
    document.
    """
    first, after = await read(replace(page, limit=EXPORT_BATCH, after=None))
    return _batches_from(first, after, read, page)


async def _batches_from(
    batch: Batch, after: str | None, read: Read, page: Page
) -> AsyncIterator[Batch]:
    """Yield the batch and the following ones, each read by key when the client takes it.

    No cursor stays open, because a client may take hours or never finish.
    """
    yield batch
    while after is not None:
        batch, after = await read(replace(page, limit=EXPORT_BATCH, after=after))
        yield batch
