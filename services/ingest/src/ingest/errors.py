"""The tree of expected failures.

IngestError
├── UnreadableError     the body is not JSON
├── LateBodyError       the body did not arrive in time
├── NoRoomError         other bodies take all the memory there is for them
├── TooLargeError       the body is larger than what can be passed on
└── InvalidFieldError   a field is missing or of the wrong type; names it
"""

from __future__ import annotations


class IngestError(Exception):
    """A change that cannot be accepted as it was sent."""


class UnreadableError(IngestError):
    """The body is not JSON; ``str()`` says where it breaks."""


class LateBodyError(IngestError):
    """The body did not arrive in time."""


class NoRoomError(IngestError):
    """Other bodies take all the memory there is for them."""


class TooLargeError(IngestError):
    """The body is too large; ``str()`` names the limit."""


class InvalidFieldError(IngestError):
    """Fields are missing or wrong; ``errors`` holds one field and message each."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(f"{errors[0]['field']}: {errors[0]['message']}")
        self.errors = errors
