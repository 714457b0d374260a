"""Calls that prove themselves with a header, or not at all."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatcher.back_offices.caller import Caller
    from dispatcher.back_offices.calls import Answer, Call


class Plain:
    """Adds the same headers to every call."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._headers = headers or {}

    async def call(self, caller: Caller, call: Call) -> Answer:
        """Make the call."""
        return await caller(
            replace(call, headers={**call.headers, **self._headers}) if self._headers else call
        )

    async def close(self) -> None:
        """Do nothing: no connection is kept."""


def basic(login: str, password: str) -> Plain:
    """Return HTTP Basic (RFC 7617, UTF-8)."""
    return Plain(
        {"Authorization": f"Basic {base64.b64encode(f'{login}:{password}'.encode()).decode()}"}
    )
