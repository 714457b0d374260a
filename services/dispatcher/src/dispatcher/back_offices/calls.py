"""The values of one HTTP call: what is sent, what comes back, what was prepared and confirmed."""

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
    """One request; redirects are not followed, compressed answers are not asked for.

    A call without a body carries no appointment, so nothing can be stored by it. With
    ``same_connection`` the call is not made unless a connection of its session is still open.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    max_bytes: int = MAX_RESPONSE_BYTES
    same_connection: bool = False


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One response; not ``is_whole`` when its body was too large, compressed or cut off.

    ``in_change_set`` is one of the answers to a change set, of which all is stored or nothing.
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
        """Seconds to wait, if the server asks for it (RFC 9110, 10.2.3)."""
        header = self.headers.get("Retry-After")
        return None if header is None else seconds_until_retry(header, datetime.now(UTC))


class PreparedDelivery(NamedTuple):
    """One snapshot, mapped and ready to be sent; nothing was sent yet.

    ``follow_ups`` are calls below the address of the new record, made after it was created.
    ``record_count`` is how many records the call creates. ``stored_status`` is the status with which the record
    was created, once only calls below it are left.
    """

    call: HttpCall
    follow_ups: tuple[HttpCall, ...] = ()
    record_count: int = 1
    stored_status: int | None = None


class Receipt(NamedTuple):
    """The confirmation of the back office: its status, and the record of the last HTTP call."""

    http_status: int
    exchange: HttpExchange | None


def receipt_of(response: HttpResponse, http_status: int | None = None) -> Receipt:
    """Return the receipt of a good answer, with the status of the record inside it if given."""
    return Receipt(response.status if http_status is None else http_status, response.exchange)
