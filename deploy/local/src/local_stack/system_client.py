"""HTTP requests to the running system, as a user's browser sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp

from local_stack.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=30)


class SystemClient:
    """Calls services by name. An error response raises RefusedError."""

    def __init__(
        self, open_session: aiohttp.ClientSession, addresses: Mapping[str, str], api_key: str
    ) -> None:
        self._session = open_session
        self._addresses = addresses
        self._api_key = api_key

    async def api(self, method: str, path: str, **options: Any) -> Any:
        """Call the portal API."""
        return await self._json(
            "portal-api", method, f"/api{path}", headers={"X-API-KEY": self._api_key}, **options
        )

    async def simulator(self, method: str, path: str, **options: Any) -> Any:
        """Call the simulator."""
        return await self._json("simulator", method, path, **options)

    async def is_ready(self, name: str) -> bool:
        """Whether this service processes messages."""
        try:
            async with self._session.get(f"{self._addresses[name]}/health/consuming") as answer:
                return answer.status == 200  # noqa: PLR2004 - OK
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def metrics(self, name: str) -> str:
        """Return the service's metrics page, or an empty text while it is unavailable."""
        try:
            async with self._session.get(f"{self._addresses[name]}/metrics") as answer:
                return await answer.text() if answer.ok else ""
        except (aiohttp.ClientError, TimeoutError):
            return ""

    async def _json(self, name: str, method: str, path: str, **options: Any) -> Any:
        try:
            async with self._session.request(
                method, self._addresses[name] + path, **options
            ) as answer:
                if not answer.ok:
                    raise RefusedError(
                        f"{name} answered {method} {path} with {answer.status}: "
                        f"{(await answer.text())[:300]}"
                    )
                return await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RefusedError(
                f"{name} did not answer {method} {path}: {type(error).__name__}"
            ) from error


def open_session() -> aiohttp.ClientSession:
    """Return an HTTP session for the SystemClient. The caller closes it."""
    return aiohttp.ClientSession(timeout=REQUEST_TIMEOUT)
