"""What a connection test found at the endpoint."""

from __future__ import annotations

from typing import Any, NamedTuple


class Probed(NamedTuple):
    """``mapping`` holds the names that the back office's own description has, where it has one."""

    passed: bool
    sentence: str
    mapping: dict[str, Any] | None = None
