"""The largest numbers and dates that a back office can hold.

A value beyond the limit is refused by the name of its field, because the back office would change
it, or refuse it with a message of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dispatcher.back_offices.dates import SnapshotDate

EARLIEST = datetime(1753, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The range of SQL Server's datetime, in which Business Central, NAV and Dataverse store dates."""


class DecimalLimits(NamedTuple):
    """The limits of a decimal column.

    ``largest`` is the largest absolute value, ``decimals`` the number of decimal places, and
    ``digits`` the number of all digits.
    """

    largest: Decimal
    decimals: int
    digits: int

    def violation_of(self, value: Decimal) -> str | None:
        """Return why a number cannot be stored exactly, or None."""
        if value.copy_abs() > self.largest:
            return (
                f"it is more than {self.largest:,f}, which is the most that the back office holds"
            )
        decimals = _decimals(value)
        if decimals > self.decimals:
            return f"it has {decimals} decimals, and the back office holds {self.decimals}"
        digits = max(1, value.adjusted() + 1) + decimals
        if digits > self.digits:
            return f"it has {digits} digits, and the back office holds {self.digits}"
        return None


BUSINESS_CENTRAL = DecimalLimits(Decimal("999999999999999.99"), 20, 28)
"""The limits of AL's Decimal, which is .NET's in memory and decimal(38, 20) in the database. They
hold for NAV as well (Microsoft's page *Decimal data type*).
"""
DATAVERSE = DecimalLimits(Decimal(100_000_000_000), 10, 22)
"""The limits of a Decimal column at its highest precision (Microsoft's page *Types of columns*)."""


def date_violation(date: SnapshotDate) -> str | None:
    """Return why a date cannot be stored, or None."""
    if EARLIEST <= date.moment <= LATEST:
        return None
    return "the back office holds dates from 1753 to 9999 (UTC)"


def _decimals(value: Decimal) -> int:
    """Return the number of decimal places, without trailing zeros."""
    _, digits, exponent = value.as_tuple()
    significant = len("".join(map(str, digits)).rstrip("0"))
    return max(0, -int(exponent) - len(digits) + significant) if significant else 0
