"""The values of one HTTP call: request, response, prepared delivery and receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from dispatcher.back_offices.retry_after import seconds_until_retry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.delivery import HttpExchange

MAX_RESPONSE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One HTTP request. Redirects are not followed, and compression is not requested.

    A call without a body carries no appointment, so it cannot store anything. With
    ``same_connection`` the call is made only while a connection of its session is open.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    max_bytes: int = MAX_RESPONSE_BYTES
    same_connection: bool = False


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP response.

    ``is_whole`` is False for a body that was too large, compressed or cut off. ``in_change_set``
    marks a response inside a change set, which is stored completely or not at all.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool
    exchange: HttpExchange | None = None
    in_change_set: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the status is a success (RFC 9110, 15.3)."""
        return 200 <= self.status < 300  # noqa: PLR2004 - that section

    @property
    def retry_after_s(self) -> float | None:
        """The seconds to wait, if the server asks for a pause (RFC 9110, 10.2.3)."""
        header = self.headers.get("Retry-After")
        return None if header is None else seconds_until_retry(header, datetime.now(UTC))


class PreparedDelivery(NamedTuple):
    """One snapshot, mapped to the calls that send it. Nothing was sent yet.

    ``follow_ups`` are calls below the address of the new record. They are made after the record was
    created. ``record_count`` is the number of records that the call creates. ``stored_status`` is
    the status of the new record, where only follow-ups are left.
    """

    call: HttpCall
    follow_ups: tuple[HttpCall, ...] = ()
    record_count: int = 1
    stored_status: int | None = None


class Receipt(NamedTuple):
    """The confirmation of a back office: its status and the record of the last HTTP call."""

    http_status: int
    exchange: HttpExchange | None


def receipt_of(response: HttpResponse, http_status: int | None = None) -> Receipt:
    """Return the receipt of a successful response, with the status of the record inside it if
    given.
    """
    return Receipt(response.status if http_status is None else http_status, response.exchange)
