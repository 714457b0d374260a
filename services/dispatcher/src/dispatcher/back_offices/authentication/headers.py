"""Authentication by a header, or none at all."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatcher.back_offices.calls import HttpCall, HttpResponse
    from dispatcher.back_offices.http_transport import HttpTransport


class HeaderAuthentication:
    """Adds the same headers to every call."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._headers = headers or {}

    async def call(self, transport: HttpTransport, call: HttpCall) -> HttpResponse:
        """Add the headers to the call and make it."""
        return await transport(
            replace(call, headers={**call.headers, **self._headers}) if self._headers else call
        )

    async def close(self) -> None:
        """Do nothing, because no connection stays open."""


def basic_authentication(login: str, password: str) -> HeaderAuthentication:
    """Return the authentication by HTTP Basic (RFC 7617, UTF-8)."""
    return HeaderAuthentication(
        {"Authorization": f"Basic {base64.b64encode(f'{login}:{password}'.encode()).decode()}"}
    )
