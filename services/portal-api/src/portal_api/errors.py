"""The tree of expected failures; each is answered by a problem document.

PortalError
├── NotFoundError      there is no such thing            404
├── ConflictError      somebody else changed it since    409
├── BadCursorError     ``after`` is not one of ours      422
├── TooManyError       it needs a narrower list          422
├── UnreadableError    a file cannot be read             422
├── ForbiddenError     the caller may not do that        403
├── StoreAwayError     MongoDB cannot be reached         503
└── DispatcherAwayError  no dispatcher answered          504
"""

from __future__ import annotations

HINT = "can be used where the other conditions leave at most {most:,}: add a shorter time, or another condition"


class PortalError(Exception):
    """A request that cannot be answered as asked."""


class NotFoundError(PortalError):
    """There is no such thing."""


class ConflictError(PortalError):
    """The thing was changed since the caller read it."""


class BadCursorError(PortalError):
    """The paging key is not one this list gave out."""


class TooManyError(PortalError):
    """The condition or order ``field`` has no index, and there are too many items to look at each."""

    def __init__(self, field: str, most: int) -> None:
        super().__init__(f"{field}: {HINT.format(most=most)}")
        self.field, self.hint = field, HINT.format(most=most)


class StoreAwayError(PortalError):
    """MongoDB cannot be reached now."""


class UnreadableError(PortalError):
    """The file that was sent cannot be read."""


class ForbiddenError(PortalError):
    """We know the caller, who may not do that."""


class DispatcherAwayError(PortalError):
    """No dispatcher answered in time."""
