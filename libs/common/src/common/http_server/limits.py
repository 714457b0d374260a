"""The limits of one HTTP server, and the answers to requests that exceed them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from common.http_server.headers import STRICT_HEADERS
from common.http_server.outer_layer import OuterLayer
from common.metrics import HTTP_REFUSED
from common.problem import problem


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """The limits of one server.

    Attributes:
        connections: Most open connections. Beyond them, the connection that has waited longest for
            its next request is closed.
        head_bytes: Most bytes of a request's line and headers together.
        headers: Most headers of one request.
        url_bytes: Most bytes of a request's target.
        head_s: Longest time from the first byte of a head to its last, in seconds.
        body_s: Longest time of a body, in seconds. Each ``body_rate`` bytes add a second.
        body_rate: Slowest average rate of a long body, in bytes per second.
        pipelined: Most requests that wait for the answer to an earlier one of their connection.
        idle_s: Longest time between two requests of one connection, in seconds.
        drain_s: Longest time in which a client reads nothing of an answer, in seconds.
        linger_s: Longest time that the rest of a refused request is discarded, in seconds.
    """

    connections: int = 1_000
    head_bytes: int = 32 * 1024
    headers: int = 100
    url_bytes: int = 16 * 1024
    head_s: float = 10.0
    body_s: float = 30.0
    body_rate: int = 16 * 1024
    pipelined: int = 8
    idle_s: int = 5
    drain_s: float = 60.0
    linger_s: float = 2.0


DEFAULT_LIMITS = HttpLimits()


class Refusal(StrEnum):
    """The reason why the server refuses a request or closes a connection."""

    MALFORMED = "malformed request"
    UPGRADE = "upgrade"
    LARGE_HEAD = "large head"
    LONG_URL = "long URL"
    LATE_HEAD = "late head"
    LATE_BODY = "late body"
    PIPELINED = "pipelined requests"
    CONNECTIONS = "too many connections"
    UNREAD = "unread answer"


ANSWERS = {
    Refusal.MALFORMED: (400, "The request is not HTTP/1.1"),
    Refusal.UPGRADE: (400, "A request with a body cannot ask for an Upgrade"),
    Refusal.LARGE_HEAD: (431, "The headers are too many or too large"),
    Refusal.LONG_URL: (414, "The URL is too long"),
    Refusal.LATE_HEAD: (408, "The headers did not arrive in time"),
    Refusal.LATE_BODY: (408, "The body did not arrive in time"),
}
"""Status and detail. A refusal without an answer closes the connection."""
BUSY = OuterLayer(
    problem(
        503,
        "Too many connections are open. Send the request again later",
        headers={"Retry-After": "5", "Connection": "close"},
    )
)
"""The application that answers while there are too many connections."""
for reason in Refusal:
    # A series that begins at 0 shows its first refusal as an increase.
    HTTP_REFUSED.labels(reason)


def answer_to(refusal: Refusal) -> bytes:
    """Return the whole HTTP answer to a refused request, or nothing."""
    if refusal not in ANSWERS:
        return b""
    status, detail = ANSWERS[refusal]
    response = problem(status, detail, headers={**STRICT_HEADERS, "Connection": "close"})
    head = [b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())]
    head += [b"%b: %b" % header for header in response.raw_headers]
    return b"\r\n".join([*head, b"", bytes(response.body)])
