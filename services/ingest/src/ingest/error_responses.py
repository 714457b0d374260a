"""The answers to a request of which nothing is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.problem import problem
from ingest.errors import (
    IngestError,
    InvalidFieldError,
    LateBodyError,
    NoRoomError,
    TooLargeError,
    UnreadableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

RETRY_AFTER_S = 5
BROKER_AWAY = 503
STATUSES: Mapping[type[IngestError], int] = {
    UnreadableError: 400,
    LateBodyError: 408,
    TooLargeError: 413,
}


def refused_form(headers: Mapping[bytes, bytes]) -> Response | None:
    """Return the refusal of a body in another form than plain JSON (RFC 9110, 15.5.16)."""
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media_type != b"application/json":
        return problem(415, "Content-Type must be application/json")
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        return problem(
            415, "The body must not be compressed", headers={"Accept-Encoding": "identity"}
        )
    return None


def refusal_of(error: IngestError) -> Response:
    """Return the problem document of an expected failure."""
    if isinstance(error, NoRoomError):
        return away(str(error))
    if isinstance(error, InvalidFieldError):
        return problem(422, str(error), error.errors)
    for kind, status in STATUSES.items():
        if isinstance(error, kind):
            return problem(status, str(error), [{"field": "body", "message": str(error)}])
    raise error


def away(reason: str) -> Response:
    """Return 503 with Retry-After."""
    return problem(
        BROKER_AWAY,
        f"Nothing was accepted: {reason}. Send it again",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
