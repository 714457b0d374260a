"""The values of one HTTP call: request, response, exchange, prepared delivery and confirmation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from common.contracts.delivery import HttpExchange
from dispatcher.back_offices.retry_after import seconds_until_retry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.receipt import Receipt
    from dispatcher.back_offices.applied_rows import RecordState

MAX_RESPONSE_BYTES = 256 * 1024
LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One HTTP request. Redirects are not followed, and compression is not requested.

    A call without a body carries no appointment, so it cannot store anything. With
    ``same_connection`` the call is made only while a connection of its session is open.
    ``shown_url`` is shown instead of the URL, where a part of the URL comes from the back office.
    ``is_question`` marks a call that asks for records, and stores nothing.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    max_bytes: int = MAX_RESPONSE_BYTES
    same_connection: bool = False
    shown_url: str | None = None
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP response.

    ``is_whole`` is False for a body that was too large, compressed or cut off. ``in_change_set``
    marks a response inside a change set, which is stored completely or not at all. ``is_question``
    marks the response to a call that asks for records.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool
    exchange: HttpExchange | None = None
    in_change_set: bool = False
    is_question: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the status is a success (RFC 9110, 15.3)."""
        return 200 <= self.status < 300  # noqa: PLR2004 - that section

    @property
    def retry_after_s(self) -> float | None:
        """The seconds to wait, if the server asks for a pause (RFC 9110, 10.2.3)."""
        header = self.headers.get("Retry-After")
        return None if header is None else seconds_until_retry(header, datetime.now(UTC))


class Confirmation(NamedTuple):
    """The confirmation of a back office that it has the record.

    ``http_status`` is the status of the record, ``exchange`` the last HTTP call, and ``note`` a
    sentence for the administrator about a record that was stored before. ``state`` is the state of
    the record, where the connector reads it from the answer to the create.
    """

    http_status: int
    exchange: HttpExchange | None
    receipt: Receipt | None = None
    note: str | None = None
    state: RecordState | None = None


class PreparedDelivery(NamedTuple):
    """One snapshot, mapped to the calls that send it. Nothing was sent yet.

    ``follow_ups`` are calls below the address of the new record. They are made after the record was
    created. ``records`` are the addresses of the records that a batch creates. ``stored`` is the
    confirmation of the new record, where only follow-ups are left.
    """

    call: HttpCall
    follow_ups: tuple[HttpCall, ...] = ()
    records: tuple[str, ...] = ()
    stored: Confirmation | None = None


def exchange_of(
    call: HttpCall,
    http_status: int | None = None,
    received_bytes: int | None = None,
    *,
    is_begun: bool = True,
) -> HttpExchange:
    """Return the exchange of a call, without payload, headers or secrets.

    A call without a response has neither status nor size of it. A call that ended before its
    payload, for example during a handshake, sent no bytes.
    """
    return HttpExchange(
        method=call.method,
        address=address_of(call.shown_url or call.url),
        sent_bytes=len(call.body) if is_begun else 0,
        http_status=http_status,
        received_bytes=received_bytes,
    )


def address_of(url: str) -> str:
    """Return scheme, host and path, cut off where they are long."""
    plain = without_query(url)
    return plain if len(plain) <= LONGEST_ADDRESS else f"{plain[:LONGEST_ADDRESS]}…"


def without_query(url: str) -> str:
    """Return scheme, host and path, because credentials and queries may be secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def host_of(url: str) -> str:
    """Return host and port of an address, without credentials."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
