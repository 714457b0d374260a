"""Remembers the last call of an attempt without what was in it, for the appointment's timeline."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from common.contracts.delivery import HttpExchange

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_ADDRESS = 500


@dataclass(slots=True)
class Trail:
    """What was called last, as it was given: it is put into words once, when the
    attempt is over.
    """

    call: tuple[str, str, int, int | None, int | None] | None = None

    @property
    def last(self) -> HttpExchange | None:
        """The last call; None while nothing was called."""
        if self.call is None:
            return None
        method, url, sent_bytes, http_status, received_bytes = self.call
        return HttpExchange(
            method=method,
            address=address_of(url),
            sent_bytes=sent_bytes,
            http_status=http_status,
            received_bytes=received_bytes,
        )


_TRAIL: ContextVar[Trail | None] = ContextVar("trail", default=None)


@contextlib.contextmanager
def followed(trail: Trail) -> Iterator[None]:
    """Have every call that is made inside leave its trail here."""
    token = _TRAIL.set(trail)
    try:
        yield
    finally:
        _TRAIL.reset(token)


def leave(
    method: str,
    url: str,
    sent_bytes: int,
    http_status: int | None = None,
    received_bytes: int | None = None,
) -> None:
    """Remember a call: before it is made, and once more with its answer."""
    trail = _TRAIL.get()
    if trail is not None:
        trail.call = method, url, sent_bytes, http_status, received_bytes


def address_of(url: str) -> str:
    """Return scheme, host and path: credentials and queries may be secret."""
    try:
        parts = urlsplit(url)
        plain = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return ""
    return plain if len(plain) <= LONGEST_ADDRESS else f"{plain[:LONGEST_ADDRESS]}…"
