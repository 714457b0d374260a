"""The tree of expected failures.

ClientError
├── RefusedError        the API refused the request, with a problem document
└── UnavailableError    the API cannot be reached
"""

from __future__ import annotations


class ClientError(Exception):
    """A failure that one sentence explains. The command ends with exit code 1."""


class RefusedError(ClientError):
    """The API refused the request; ``status`` is the HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class UnavailableError(ClientError):
    """The API cannot be reached."""
