"""One HTTP connection whose requests have limits of size and time.

uvicorn has no limit of a request's head, and no deadline for heads, bodies and unread answers. So
one caller without credentials could take all the memory, or all the connections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from common.http_server.limits import BUSY, Refusal, answer_to
from common.http_server.timers import DrainTimer, Timer

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from common.http_server.edge import Edge

ALWAYS_ANSWERED = ("/health/", "/metrics")
"""Paths that answer when there are too many connections, because Kubernetes restarts a process
that does not answer them."""
_BODY_HEADERS = (b"content-length", b"transfer-encoding")
SLICE_BYTES = 16 * 1024
"""Most bytes that are parsed between two looks at the limits."""


class _LimitError(Exception):
    """Stops the parser."""


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol within ``HttpLimits``.

    ``_is_in_head`` and ``_is_in_body`` follow the request that arrives. ``_arrival`` is the
    deadline of its head or body, ``_drain`` the one of a client that reads its answer.
    """

    def __init__(self, edge: Edge, **parts: Any) -> None:
        super().__init__(**parts)
        self._edge = edge
        self._limits = edge.limits
        self._is_in_head = False
        self._is_in_body = False
        self._head_bytes = 0
        self._body_bytes = 0
        self._unparsed_bytes = 0
        self._body_since = 0.0
        self._refusal = Refusal.MALFORMED
        self._is_refused = False
        self._running: RequestResponseCycle | None = None
        self._has_place = True
        self._arrival = Timer(self.loop)
        self._drain: DrainTimer = None  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place among the connections, and expect a head."""
        super().connection_made(transport)
        self._drain = DrainTimer(
            transport, Timer(self.loop), self._limits.drain_s, self._cut_unread_answer
        )
        self._has_place = self._edge.connections.opened(self.evict)
        self._watch_arrival()

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place."""
        super().connection_lost(exc)
        self._disconnect()
        self._edge.connections.closed(self.evict)
        self._arrival.stop()
        self._drain.stop()

    def evict(self) -> None:
        """Close the connection, because a newer one needs its place."""
        self._edge.record(Refusal.CONNECTIONS, self.client)
        self._abort()

    def data_received(self, data: bytes) -> None:
        """Parse the data in slices. Data of a refused request is discarded."""
        for start in range(0, len(data), SLICE_BYTES):
            if self._is_refused or self.transport.is_closing():
                return
            part = data[start : start + SLICE_BYTES]
            self._unparsed_bytes += len(part)
            super().data_received(part)
            if self._unparsed_bytes > self._limits.head_bytes and not self._is_refused:
                self._refuse(Refusal.MALFORMED if self._is_in_body else Refusal.LARGE_HEAD)
        if not self._is_refused:
            self._watch_arrival()

    def on_message_begin(self) -> None:
        """Begin the head of a request."""
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = self._unparsed_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Add a piece of the request's target."""
        super().on_url(url)
        if len(self.url) > self._limits.url_bytes:
            self._stop_parser(Refusal.LONG_URL)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header. Trailers are dropped, because they come after authentication."""
        if self._is_in_body:
            return
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value)
        too_many = len(self.headers) > self._limits.headers
        if too_many or self._head_bytes > self._limits.head_bytes:
            self._stop_parser(Refusal.LARGE_HEAD)

    def on_headers_complete(self) -> None:
        """Start the request."""
        if len(self.pipeline) >= self._limits.pipelined:
            self._stop_parser(Refusal.PIPELINED)
        is_upgrade = self.parser.should_upgrade()
        if is_upgrade and any(name in _BODY_HEADERS for name, _ in self.headers):
            # The parser would take the body for the next request.
            self._stop_parser(Refusal.UPGRADE)
        self._is_in_head, self._is_in_body = False, True
        self._body_bytes = self._unparsed_bytes = 0
        self._arrival.stop()
        super().on_headers_complete()
        if is_upgrade:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Pass a piece of the body on."""
        super().on_body(body)
        self._body_bytes += len(body)
        self._unparsed_bytes = 0

    def on_message_complete(self) -> None:
        """The whole request is here."""
        super().on_message_complete()
        self._is_in_body = False
        self._unparsed_bytes = 0
        self._arrival.stop()
        if not self.cycle.response_complete:
            self._edge.connections.works(self.evict)

    def on_response_complete(self) -> None:
        """Expect the next request. An unread body has a short time to end."""
        self._running = None
        has_next = bool(self.pipeline)
        super().on_response_complete()
        if not has_next:
            self._edge.connections.waits(self.evict)
        if self.transport.is_closing():
            self._drain.watch()
        elif self._is_in_body:
            self._arrival.stop()
            self._linger()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Answer a request that the parser refused."""
        self._refuse(self._refusal)

    def pause_writing(self) -> None:
        """The client reads its answer slowly."""
        super().pause_writing()
        self._drain.watch()

    def resume_writing(self) -> None:
        """The client has read most of its answer."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._drain.stop()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection."""
        super().timeout_keep_alive_handler()
        self._drain.watch()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        is_answered = self._has_place or cycle.scope["path"].startswith(ALWAYS_ANSWERED)
        if not is_answered:
            self._edge.record(Refusal.CONNECTIONS, self.client)
        super()._start_asgi_task(cycle, app if is_answered else BUSY)  # type: ignore[arg-type]

    def _stop_parser(self, refusal: Refusal) -> None:
        self._refusal = refusal
        raise _LimitError

    def _watch_arrival(self) -> None:
        """Set the deadline of the head or body that is under way."""
        if self._arrival.is_running:
            return
        if self._is_in_body:
            self._body_since = self.loop.time()
            self._arrival.start(self._limits.body_s, self._check_body)
        elif self.cycle is None or self.cycle.response_complete:
            self._arrival.start(self._limits.head_s, self._check_head)

    def _check_head(self) -> None:
        if self._is_in_head:
            self._refuse(Refusal.LATE_HEAD)
        else:
            self._close()

    def _check_body(self) -> None:
        """Refuse a late body, unless the application itself does not read it yet."""
        allowed = self._limits.body_s + self._body_bytes / self._limits.body_rate
        left = self._body_since + allowed - self.loop.time()
        if self.flow.read_paused:
            self._watch_arrival()
        elif left > 0:
            self._arrival.start(left, self._check_body)
        else:
            self._refuse(Refusal.LATE_BODY)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer instead of the application, and discard the rest of the request. Without that the
        client may lose the answer (RFC 9112, 9.6).
        """
        self._edge.record(refusal, self.client)
        self._is_refused = True
        self._arrival.stop()
        is_begun = self._running is not None and self._running.response_started
        if is_begun or self.pipeline or not (answer := answer_to(refusal)):
            self._abort()
            return
        self._disconnect()
        self.flow.resume_reading()
        self.transport.write(answer)
        self.transport.write_eof()
        self._linger()

    def _disconnect(self) -> None:
        """End the requests for the application, also the one before a pipelined one."""
        self.pipeline.clear()
        for cycle in (self._running, self.cycle):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()

    def _abort(self) -> None:
        self._disconnect()
        self.transport.abort()

    def _linger(self) -> None:
        self._arrival.start(self._limits.linger_s, self._close)

    def _close(self) -> None:
        self.transport.close()
        self._drain.watch()

    def _cut_unread_answer(self) -> None:
        self._edge.record(Refusal.UNREAD, self.client)
        self._abort()
