"""The result of a connection test at the endpoint."""

from __future__ import annotations

from typing import Any, NamedTuple


class Probed(NamedTuple):
    """Not ``passed`` when the back office answers and lacks names that the connector sends.

    ``mapping`` holds the names of the back office's own description, where it has one.
    """

    passed: bool
    sentence: str
    mapping: dict[str, Any] | None = None
