"""The tree of expected failures. The API answers each with a problem document.

PortalError
├── NotFoundError               the item does not exist              404
├── ConflictError               the item was changed in the meantime 409
├── GoneError                   the snapshot was deleted             410
├── BadCursorError              ``after`` is not a key of this list  422
├── UnreadableError             the file cannot be read              422
├── MediaTypeError              the file has an unknown format      415
├── InvalidFieldError           the value of a field is invalid      422
│   └── TooManyError            the condition needs a narrower list  422
├── SecretsToEnterError         secrets have another destination 422
├── UnknownCallerError          no valid session or API key          401
├── ForbiddenError              the role or CSRF token is missing    403
│   └── StepNeededError         the user must take a step first      403
├── LockedError                 too many wrong passwords or keys     429
├── BusyError                   too many requests at the same time   503
├── StoreUnavailableError       MongoDB is unavailable               503
├── UnconfirmedError            RabbitMQ did not confirm             503
├── MappingUnavailableError     no dispatcher mapped the request     503
└── DispatcherUnavailableError  no dispatcher answered               504
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta


class PortalError(Exception):
    """An expected failure of a request."""


class NotFoundError(PortalError):
    """The item does not exist."""


class ConflictError(PortalError):
    """The item was changed since the caller read it."""


class GoneError(PortalError):
    """The content was deleted."""


class BadCursorError(PortalError):
    """The paging key does not belong to this list."""


class UnconfirmedError(PortalError):
    """RabbitMQ did not confirm a message. The request may still be carried out."""


class StoreUnavailableError(PortalError):
    """MongoDB is unavailable."""


class UnreadableError(PortalError):
    """The uploaded file cannot be read."""


class MediaTypeError(PortalError):
    """The Content-Type of the request is no format that the route reads."""


class DispatcherUnavailableError(PortalError):
    """No dispatcher answered in time."""


class MappingUnavailableError(PortalError):
    """No dispatcher mapped a request in time."""


class InvalidFieldError(PortalError):
    """The value of one field is invalid by a rule that its schema does not express."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence


class TooManyError(InvalidFieldError):
    """The condition or order ``field`` has no index, and the list is too long to scan."""

    def __init__(self, field: str, most: int) -> None:
        super().__init__(
            field,
            (
                f"needs other conditions that leave at most {most:,} items: add a shorter time, or "
                "another condition"
            ),
        )


class SecretsToEnterError(PortalError):
    """Stored secrets would go to another destination. ``sentences`` has one for each secret."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in sentences.items()))
        self.sentences = sentences


class UnknownCallerError(PortalError):
    """The request has no session and no API key, or an invalid one."""


class ForbiddenError(PortalError):
    """The caller is authenticated, but may not do this."""


class StepNeededError(ForbiddenError):
    """The user must take a step first, and can then repeat the request.

    ``step`` names it for programs, as the ``type`` of the problem document (RFC 9457, 3.1.1).
    """

    def __init__(self, step: str, sentence: str) -> None:
        super().__init__(sentence)
        self.step = step


class LockedError(PortalError):
    """Too many wrong passwords, codes or API keys. Further ones are refused for the time
    ``wait``.
    """

    def __init__(
        self, wait: timedelta, sentence: str = "Too many wrong passwords: try again later"
    ) -> None:
        super().__init__(sentence)
        self.wait = wait


class BusyError(PortalError):
    """Too many requests at the same time."""
