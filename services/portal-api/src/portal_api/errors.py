"""The tree of expected failures; each is answered by a problem document.

PortalError
├── NotFoundError      there is no such thing            404
├── ConflictError      somebody else changed it since    409
├── BadCursorError     ``after`` is not one of ours      422
├── UnreadableError    a file cannot be read             422
├── TooMuchError       more was asked for than is given  422
├── StoreAwayError     MongoDB cannot be reached         503
├── TooManyReadersError  too many streams are open       503
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


class TooMuchError(PortalError):
    """More was asked for than is given in one answer; names the field that says so."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class StoreAwayError(PortalError):
    """MongoDB cannot be reached now."""


class TooManyReadersError(PortalError):
    """As many streams of live updates are open as there may be."""


class UnreadableError(PortalError):
    """The file that was sent cannot be read."""


class DispatcherAwayError(PortalError):
    """No dispatcher answered in time."""
