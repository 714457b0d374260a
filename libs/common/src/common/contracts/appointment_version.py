"""The order of versions of one appointment (design.md, section 5, rule 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.contracts.appointment import Action
from common.contracts.moments import ticks_of

if TYPE_CHECKING:
    from common.contracts.transaction import TransactionReceived


_MILLISECOND = 10_000
"""A millisecond in ticks. MongoDB stores the times of transactions that are retried in
milliseconds.
"""


@dataclass(frozen=True, slots=True)
class AppointmentVersion:
    """The ordering values of one snapshot.

    ``ticks`` is the last-modified time in units of 100 ns since the year 1, and ``received`` the
    time of arrival in milliseconds since then. ``place`` is the index in the array of the request.
    """

    ticks: int
    rowversion: str | None = None
    received: int = 0
    place: int = 0
    is_delete: bool = False

    @classmethod
    def of(cls, transaction: TransactionReceived) -> AppointmentVersion:
        """Return the version that a transaction carries."""
        return cls(
            ticks=transaction.appointment.ticks,
            rowversion=transaction.appointment.rowversion,
            received=ticks_of(transaction.received_at) // _MILLISECOND,
            place=transaction.place,
            is_delete=transaction.action is Action.DELETE,
        )

    def is_older_than(self, other: AppointmentVersion) -> bool:
        """Return whether the other version is newer. Of two equal versions neither is older.

        A delete is never older than another version of the same last-modified time, because a
        delete may not change that time.
        """
        if self.ticks != other.ticks:
            return self.ticks < other.ticks
        if self.is_delete != other.is_delete:
            return other.is_delete
        if self.rowversion and other.rowversion and self.rowversion != other.rowversion:
            return self.rowversion < other.rowversion
        return (self.received, self.place) < (other.received, other.place)
