"""The tree of expected failures; each is answered by a problem document.

PortalError
├── NotFoundError      there is no such thing            404
├── ConflictError      somebody else changed it since    409
├── BadCursorError     ``after`` is not one of ours      422
├── UnreadableError    a file cannot be read             422
├── InvalidFieldError  a field holds what must not be    422
│   └── TooManyError   it needs a narrower list          422
├── UnknownCallerError  nobody we know asks              401
├── ForbiddenError     the caller may not do that        403
├── LockedError        too many wrong passwords          429
├── BusyError          too much at once                  503
├── StoreUnavailableError  MongoDB cannot be reached     503
├── UnconfirmedError   RabbitMQ did not confirm          503
└── DispatcherUnavailableError  no dispatcher answered   504
"""

from __future__ import annotations

from datetime import timedelta


class PortalError(Exception):
    """A request that cannot be answered as asked."""


class NotFoundError(PortalError):
    """There is no such thing."""


class ConflictError(PortalError):
    """The thing was changed since the caller read it."""


class BadCursorError(PortalError):
    """The paging key is not one this list gave out."""


class UnconfirmedError(PortalError):
    """RabbitMQ did not confirm what was to be done: it may or may not be."""


class StoreUnavailableError(PortalError):
    """MongoDB cannot be reached now."""


class UnreadableError(PortalError):
    """The file that was sent cannot be read."""


class DispatcherUnavailableError(PortalError):
    """No dispatcher answered in time."""


class InvalidFieldError(PortalError):
    """One field holds what only we can see is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence


class TooManyError(InvalidFieldError):
    """The condition or order ``field`` has no index, and there are too many items
    to look at each.
    """

    def __init__(self, field: str, most: int) -> None:
        super().__init__(
            field,
            (
                f"can be used where the other conditions leave at most {most:,}: add a shorter "
                "time, or another condition"
            ),
        )


class UnknownCallerError(PortalError):
    """Nobody we know asks: no session and no API key, or one that has ended."""


class ForbiddenError(PortalError):
    """We know the caller, who may not do that."""


class LockedError(PortalError):
    """Too many wrong passwords; ``wait`` is how long nothing is tried."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many wrong passwords: try again later")
        self.wait = wait


class BusyError(PortalError):
    """Too much is asked at once."""
