"""The tree of expected failures.

LocalError             something that a person must do first; ``str()`` says what
├── RunningError       the system runs already, started from this directory
└── RefusedError       a service of ours refused what was asked of it
"""

from __future__ import annotations

COMPOSE_INSTEAD = "Use containers instead: `make env && docker compose --profile demo up`."


class LocalError(Exception):
    """The system cannot be started or used here."""


class RunningError(LocalError):
    """The system runs already."""


class RefusedError(LocalError):
    """A service answered with an error."""
