"""The ranges in which a back office's database stores numbers and dates exactly."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.moments import in_utc
from simulator.appointments.fields import Field, Kind
from simulator.errors import OutOfRangeError

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_YEAR = 1753
"""The first year of SQL Server's datetime."""
_DIGITS = 100


class Storage(NamedTuple):
    """``largest`` is the largest absolute value of a number. Numbers are rounded to
    ``decimals``.
    """

    largest: Decimal
    decimals: int

    def store(self, values: Mapping[str, Any], known: Mapping[str, Field]) -> dict[str, Any]:
        """Return the values as the database stores them. Raises OutOfRangeError for the first that
        is too large or too early.
        """
        return {name: self._stored(name, value, known[name]) for name, value in values.items()}

    def _stored(self, name: str, value: Any, field: Field) -> Any:
        if value is not None and field.kind is Kind.DECIMAL:
            return self._rounded(name, Decimal(value))
        if value is not None and field.kind is Kind.MOMENT:
            moment = in_utc(datetime.fromisoformat(value))
            if moment.year < FIRST_YEAR:
                raise OutOfRangeError(name, value, is_date=True)
        return value

    def _rounded(self, name: str, number: Decimal) -> Decimal:
        if number.copy_abs() > self.largest:
            raise OutOfRangeError(name, f"{number:f}", is_date=False)
        with localcontext(prec=_DIGITS):
            rounded = round(number, self.decimals)
        return number if rounded == number else rounded


BUSINESS_CENTRAL = Storage(Decimal("999999999999999.99"), 20)
DATAVERSE = Storage(Decimal(100_000_000_000), 10)
