"""The portal API from Python: one method per kind of request. Lists are read page by page."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp

from mboc_client.errors import RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from mboc_client.connection import Connection

Item = dict[str, Any]
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=180)


class PortalClient:
    """One portal. Its methods raise RefusedError with the API's own sentence, and
    UnavailableError.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    async def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return one document."""
        return await self._read_json("GET", path, params=_parameters(query))

    async def get_text(self, path: str) -> str:
        """Return the text of one document, with each number as the API wrote it."""
        async with self._request("GET", path) as response:
            return await response.text()

    async def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send a change, and return the answer."""
        return await self._read_json(
            method, path, **({"json": body} if body is not None else {}), **options
        )

    async def items(
        self, path: str, query: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> AsyncIterator[Item]:
        """Yield the items of a list, at most ``limit`` of them."""
        parameters, count = _parameters(query), 0
        while True:
            page = await self._read_json("GET", path, params=parameters)
            for item in page["items"]:
                if limit is not None and count >= limit:
                    return
                count += 1
                yield item
            if not page.get("next"):
                return
            parameters = parameters | {"after": page["next"]}

    async def download(self, path: str, query: Mapping[str, Any]) -> AsyncIterator[bytes]:
        """Yield a file in the chunks in which it arrives."""
        async with self._request("GET", path, params=_parameters(query)) as response:
            async for chunk in response.content.iter_any():
                yield chunk

    async def _read_json(self, method: str, path: str, **options: Any) -> Any:
        async with self._request(method, path, **options) as response:
            text = await response.text()
            return json.loads(text) if text else None

    @contextlib.asynccontextmanager
    async def _request(
        self, method: str, path: str, **options: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self._session.request(
                method, f"{self._url}/api{quote(path)}", **options
            ) as response:
                if not response.ok:
                    raise RefusedError(
                        response.status, _problem_sentence(await response.text(), response.status)
                    )
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnavailableError(
                f"The portal API at {self._url} cannot be reached: check MBOC_URL."
            ) from error


@contextlib.asynccontextmanager
async def open_portal(connection: Connection) -> AsyncIterator[PortalClient]:
    """Open the portal for the time of this block."""
    async with aiohttp.ClientSession(
        headers={"X-API-KEY": connection.api_key}, timeout=REQUEST_TIMEOUT
    ) as session:
        yield PortalClient(session, connection.url)


def _parameters(query: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the query as parameters of an address, where a list repeats its parameter."""
    return {
        name: [_parameter_text(one) for one in value]
        if isinstance(value, list)
        else _parameter_text(value)
        for name, value in (query or {}).items()
        if value is not None
    }


def _parameter_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problem_sentence(text: str, status: int) -> str:
    """Return the sentence of a problem document (RFC 9457), with each field at fault."""
    try:
        problem = json.loads(text)
        fields = [f"{error['field']}: {error['message']}" for error in problem.get("errors", [])]
        return ". ".join([problem["detail"], *fields])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"The portal API answered with status {status}."
