"""The responses to requests that are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.problem import problem
from ingest.errors import (
    IngestError,
    InvalidFieldError,
    TooLargeError,
    TooManyBodiesError,
    UnreadableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

RETRY_AFTER_S = 5
UNAVAILABLE = 503
STATUSES: Mapping[type[IngestError], int] = {
    UnreadableError: 400,
    TooLargeError: 413,
}


def media_type_refusal(headers: Mapping[bytes, bytes]) -> Response | None:
    """Return the 415 of a body that is not plain JSON, or None (RFC 9110, 15.5.16)."""
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media_type != b"application/json":
        return problem(415, "Content-Type must be application/json")
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        return problem(
            415, "The body must not be compressed", headers={"Accept-Encoding": "identity"}
        )
    return None


def error_response(error: IngestError) -> Response:
    """Return the problem document of an expected failure."""
    if isinstance(error, TooManyBodiesError):
        return unavailable_response(str(error))
    if isinstance(error, InvalidFieldError):
        return problem(422, str(error), error.errors)
    for kind, status in STATUSES.items():
        if isinstance(error, kind):
            return problem(status, str(error), [{"field": "body", "message": str(error)}])
    raise error


def unavailable_response(reason: str) -> Response:
    """Return 503 with Retry-After."""
    return problem(
        UNAVAILABLE,
        f"Nothing was accepted: {reason}. Send the request again",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
