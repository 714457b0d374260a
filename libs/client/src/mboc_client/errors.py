"""The tree of expected failures.

ClientError
├── RefusedError    the API said no, with a problem document
└── AwayError       the API cannot be reached
"""

from __future__ import annotations


class ClientError(Exception):
    """Something to tell in a sentence; the command ends with exit code 1."""


class RefusedError(ClientError):
    """The API refused; ``status`` is the HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class AwayError(ClientError):
    """The API cannot be reached."""
