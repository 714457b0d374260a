"""The tree of expected failures.

IngestError
├── UnreadableError      the body is not JSON
├── TooManyBodiesError   other bodies use all the memory for bodies
├── TooLargeError        the body exceeds a size limit
└── InvalidFieldError    a field is missing or has the wrong type
"""

from __future__ import annotations


class IngestError(Exception):
    """A change that cannot be accepted as it was sent."""


class UnreadableError(IngestError):
    """The body is not JSON. ``str()`` names the position of the error."""


class TooManyBodiesError(IngestError):
    """Other bodies use all the memory for bodies."""


class TooLargeError(IngestError):
    """The body exceeds a size limit. ``str()`` names the limit."""


class InvalidFieldError(IngestError):
    """Fields are missing or invalid. ``errors`` holds the name and a message of each field."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(f"{errors[0]['field']}: {errors[0]['message']}")
        self.errors = errors
