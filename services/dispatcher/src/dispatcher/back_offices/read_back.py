"""Finds the record of one version of an appointment among the rows that a back office shows.

Rows are compared in this process, because criteria for dates depend on the server's language.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from dispatcher.back_offices.appointment_fields import fields_of
from dispatcher.back_offices.dates import read_date
from dispatcher.back_offices.value_limits import BUSINESS_CENTRAL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from common.contracts.delivery import DeliveryRequested, HttpExchange
    from common.contracts.receipt import Receipt
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.faults import FaultTranslator

PAGE_ROWS = 100
MAX_PAGES = 10
"""A back office with more rows of one appointment and one action cannot be asked."""
MAX_PAGE_BYTES = 8 * 1024 * 1024
TOLERANCE = timedelta(milliseconds=5)
"""NAV's datetime has steps of 1/300 s, and Business Central's of a millisecond."""
SECOND = timedelta(seconds=1)
_FRACTION = re.compile(r"\.(\d{1,6})", re.ASCII)


class FoundRecord(NamedTuple):
    """The record of an earlier call, as the back office shows it."""

    http_status: int
    exchange: HttpExchange | None
    receipt: Receipt | None


class RecordIdentity(NamedTuple):
    """The values that identify the record of one version, as they were sent."""

    appointment_id: str
    action: str
    modified_at: datetime


class Row(NamedTuple):
    """One row. A value is None where the row does not have it."""

    appointment_id: str | None
    action: str | None
    modified_at: str | None
    record_id: str | None = None
    entry_no: str | None = None
    key: str | None = None
    etag: str | None = None


class UnusableRowsError(Exception):
    """Rows that do not show whether the record is there. ``reason`` is a word of the catalogue."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def identify(request: DeliveryRequested, zone: ZoneInfo) -> RecordIdentity | None:
    """Return the identity of the record of a snapshot, or None where a field has no value.

    The appointment id 0 stands for no id (domain.md, section 2), so it identifies nothing.
    """
    fields = fields_of(request.transaction, zone, BUSINESS_CENTRAL).fields
    appointment_id, modified = fields.get("appointment_id"), fields.get("last_modified_date")
    moment = moment_of(str(modified), zone) if modified is not None else None
    if not appointment_id or moment is None:
        return None
    return RecordIdentity(str(appointment_id), str(fields["database_action"]), moment)


def moment_of(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the moment of a date in microseconds, or None for a text that is no date.

    A date without an offset is read in the zone.
    """
    try:
        date = read_date(text.strip(), zone)
        if date is None:
            return None
        fraction = _FRACTION.search(date.text)
        micros = int(fraction[1].ljust(6, "0")) if fraction else 0
        return date.moment.astimezone(UTC).replace(microsecond=micros)
    except (ValueError, OverflowError):
        return None


def row_in(
    response: HttpResponse,
    faults: FaultTranslator,
    rows: Iterable[Row],
    identity: RecordIdentity,
    zone: ZoneInfo,
) -> Row | None:
    """Return the row of the version in a response, or None. Raises a DeliveryError where the rows
    do not decide.
    """
    try:
        return find_row(rows, identity, zone)
    except UnusableRowsError as error:
        raise faults.transport_error(error.reason, response) from None


def find_row(rows: Iterable[Row], identity: RecordIdentity, zone: ZoneInfo) -> Row | None:
    """Return the row of the version, or None where no row is of this version.

    Raises UnusableRowsError for rows of another appointment or action, which a server without
    filters would show. It is raised as well where no row is of this version, and a row may be: a
    row of the same second without a fraction, or without a readable date.
    """
    doubt: str | None = None
    for row in rows:
        if (row.appointment_id, row.action) != identity[:2]:
            raise UnusableRowsError("other records")
        moment = moment_of(row.modified_at, zone) if row.modified_at else None
        if moment is None:
            doubt = "unreadable records"
            continue
        distance = abs(moment - identity.modified_at)
        if distance <= TOLERANCE:
            return row
        if not moment.microsecond and distance < SECOND:
            doubt = doubt or "whole seconds"
    if doubt is not None:
        raise UnusableRowsError(doubt)
    return None
