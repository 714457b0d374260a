"""Records one HTTP call for the timeline, without payload, headers or secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from common.contracts.delivery import HttpExchange

if TYPE_CHECKING:
    from dispatcher.back_offices.calls import HttpCall

LONGEST_ADDRESS = 500


def exchange_of(
    call: HttpCall, http_status: int | None = None, received_bytes: int | None = None
) -> HttpExchange:
    """Return the record of a call. A call without a response has neither status nor size."""
    return HttpExchange(
        method=call.method,
        address=address_of(call.url),
        sent_bytes=len(call.body),
        http_status=http_status,
        received_bytes=received_bytes,
    )


def address_of(url: str) -> str:
    """Return scheme, host and path, because credentials and queries may be secret."""
    try:
        parts = urlsplit(url)
        plain = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return ""
    return plain if len(plain) <= LONGEST_ADDRESS else f"{plain[:LONGEST_ADDRESS]}…"


def host_of(url: str) -> str:
    """Return host and port of an address, without credentials."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
