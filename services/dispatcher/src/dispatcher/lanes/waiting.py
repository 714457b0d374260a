"""Since when the oldest delivery of a lane waits, as far as this replica can know."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from dispatcher.ages import Ages
from dispatcher.errors import HandBackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.contracts.delivery import DeliveryRequested


class _PutBack(NamedTuple):
    since: datetime
    at: datetime


class Waiting:
    """A queue is first in, first out: the oldest delivery in hand is the oldest of the lane.

    All but those that were put back behind the others.

    Those are remembered until they are known to have been taken again, here or by another replica,
    which then tells of them.
    """

    def __init__(self) -> None:
        self._in_hand = Ages()
        self._put_back: dict[str, _PutBack] = {}

    @contextlib.contextmanager
    def holding(self, request: DeliveryRequested) -> Iterator[None]:
        """Have this delivery in hand inside the block; HandBackError means that it goes
        back to the queue.
        """
        if self._put_back:
            self._came(request)
        try:
            with self._in_hand.since(since(request)):
                yield
        except HandBackError:
            self._put_back[request.message_id] = _PutBack(since(request), datetime.now(UTC))
            raise

    def emptied(self) -> None:
        """Note that nothing is left in the queue: whatever was put back has been taken."""
        self._put_back.clear()

    def oldest_age_s(self, now: datetime | None = None) -> float:
        """Return the age of the oldest in seconds, 0 when nothing waits; may be asked
        by another thread.
        """
        return self._in_hand.oldest_s([one.since for one in tuple(self._put_back.values())], now)

    def _came(self, request: DeliveryRequested) -> None:
        """Forget those that stood before this one in the queue."""
        self._put_back.pop(request.message_id, None)
        self._put_back = {
            key: one for key, one in self._put_back.items() if one.at > request.requested_at
        }


def since(request: DeliveryRequested) -> datetime:
    """Return since when somebody waits: the planner since the change was accepted, whoever asked
    for another attempt since then.
    """
    return request.transaction.received_at if request.attempt == 1 else request.requested_at
