"""The tree of expected failures; each is answered by a problem document.

PortalError
├── NotFoundError      there is no such thing            404
├── ConflictError      somebody else changed it since    409
├── BadCursorError     ``after`` is not one of ours      422
├── WrongFieldError    a field names what is not there   422
├── UnreadableError    a file cannot be read             422
├── StoreAwayError     MongoDB cannot be reached         503
├── UnconfirmedError   RabbitMQ did not confirm          503
└── DispatcherAwayError  no dispatcher answered          504
"""

from __future__ import annotations


class PortalError(Exception):
    """A request that cannot be answered as asked."""


class NotFoundError(PortalError):
    """There is no such thing."""


class ConflictError(PortalError):
    """The thing was changed since the caller read it."""


class BadCursorError(PortalError):
    """The paging key is not one this list gave out."""


class WrongFieldError(PortalError):
    """A field of the request names something that is not there; ``field`` says which."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class UnconfirmedError(PortalError):
    """RabbitMQ did not confirm what was to be done: it may or may not be."""


class StoreAwayError(PortalError):
    """MongoDB cannot be reached now."""


class UnreadableError(PortalError):
    """The file that was sent cannot be read."""


class DispatcherAwayError(PortalError):
    """No dispatcher answered in time."""
