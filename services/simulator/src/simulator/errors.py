"""The tree of expected failures.

SimulatorError
├── InvalidFieldError   a field of a request is missing or wrong; names it
├── TooManyError        more back offices than are kept in memory
├── RefusedError        ingest does not want the change as it is
└── NotAcceptedError    ingest has not accepted the change yet
"""

from __future__ import annotations


class SimulatorError(Exception):
    """Something the caller is told about in a sentence."""


class InvalidFieldError(SimulatorError):
    """Fields are missing or wrong; ``errors`` holds one field and message each."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(f"{errors[0]['field']}: {errors[0]['message']}")
        self.errors = errors


class TooManyError(SimulatorError):
    """More back offices than are kept in memory."""


class RefusedError(SimulatorError):
    """Ingest refused a change for good; ``status`` is its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"ingest refused the change with status {status}")
        self.status = status


class NotAcceptedError(SimulatorError):
    """Ingest has not accepted the change in time."""
