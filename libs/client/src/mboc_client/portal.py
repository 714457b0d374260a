"""The portal API from Python: one method per way of asking, pages read one after the other."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp

from mboc_client.errors import AwayError, RefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

Item = dict[str, Any]
PATIENCE = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=180)


class Portal:
    """One portal; raises RefusedError with the API's own sentence, and AwayError."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    async def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Read one thing."""
        return await self._json("GET", path, params=_plain(query))

    async def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Change something."""
        return await self._json(
            method, path, **({"json": body} if body is not None else {}), **options
        )

    async def items(
        self, path: str, query: Mapping[str, Any] | None = None, most: int | None = None
    ) -> AsyncIterator[Item]:
        """Yield the items of a list, page by page, all of them or so many."""
        asked, seen = _plain(query), 0
        while True:
            page = await self._json("GET", path, params=asked)
            for item in page["items"]:
                if most is not None and seen >= most:
                    return
                seen += 1
                yield item
            if not page.get("next"):
                return
            asked = asked | {"after": page["next"]}

    async def download(self, path: str, query: Mapping[str, Any]) -> AsyncIterator[bytes]:
        """Yield a file as it comes."""
        async with self._asking("GET", path, params=_plain(query)) as answer:
            async for chunk in answer.content.iter_any():
                yield chunk

    async def _json(self, method: str, path: str, **options: Any) -> Any:
        async with self._asking(method, path, **options) as answer:
            text = await answer.text()
            return json.loads(text) if text else None

    @contextlib.asynccontextmanager
    async def _asking(
        self, method: str, path: str, **options: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self._session.request(
                method, f"{self._url}/api{quote(path)}", **options
            ) as answer:
                if not answer.ok:
                    raise RefusedError(answer.status, _sentence(await answer.text(), answer.status))
                yield answer
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AwayError(
                f"The portal API at {self._url} cannot be reached: check MBOC_URL."
            ) from error


@contextlib.asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Portal]:
    """Have a portal inside this block."""
    async with aiohttp.ClientSession(headers={"X-API-KEY": key}, timeout=PATIENCE) as session:
        yield Portal(session, url)


def _plain(query: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the query as an address has it; a list is a parameter that is given several times."""
    return {
        name: [_word(one) for one in value] if isinstance(value, list) else _word(value)
        for name, value in (query or {}).items()
        if value is not None
    }


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sentence(text: str, status: int) -> str:
    """Return what a problem document says (RFC 9457), field by field."""
    try:
        problem = json.loads(text)
        fields = [f"{error['field']}: {error['message']}" for error in problem.get("errors", [])]
        return ". ".join([problem["detail"], *fields])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"The portal API answered with status {status}."
