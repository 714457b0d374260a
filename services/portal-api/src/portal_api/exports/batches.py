"""A whole list, some items at a time."""

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
    """Read the first items before anything is answered, so that trouble is still answered as a
    problem; return them and all that follow.
    """
    first, after = await read(replace(page, limit=EXPORT_BATCH, after=None))
    return _from(first, after, read, page)


async def _from(batch: Batch, after: str | None, read: Read, page: Page) -> AsyncIterator[Batch]:
    """Go on behind the last one: no cursor is held open, and whoever takes no more lets
    nothing more be read.
    """
    yield batch
    while after is not None:
        batch, after = await read(replace(page, limit=EXPORT_BATCH, after=after))
        yield batch
