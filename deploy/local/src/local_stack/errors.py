"""The tree of expected failures.

LocalError             the system cannot start, ``str()`` names the reason and the remedy
├── RunningError       the system already runs from this directory
└── RefusedError       a service refused a request
"""

from __future__ import annotations

COMPOSE_INSTEAD = "Use containers instead: `make env && docker compose --profile demo up`."


class LocalError(Exception):
    """The system cannot be started or used here."""


class RunningError(LocalError):
    """The system runs already."""


class RefusedError(LocalError):
    """A service answered with an error."""
