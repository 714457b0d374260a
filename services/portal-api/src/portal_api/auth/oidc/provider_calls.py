"""HTTP calls to the provider: bounded in time and size, over TLS, without redirects."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import aiohttp

from portal_api.auth.oidc.refusals import OidcRefusal, SignInRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal_api.accounts.oidc_config import OidcConfig

TIMEOUT = aiohttp.ClientTimeout(total=5)
MAX_BYTES = 1_000_000
SERVER_ERROR = 500


class ProviderCalls:
    """Calls the provider. Raises SignInRefusedError with ``unavailable`` without an answer."""

    def __init__(self, config: OidcConfig) -> None:
        self._config = config
        self._tls = ssl.create_default_context(cafile=config.ca_file)

    async def get(self, url: str) -> dict[str, Any]:
        """Return the JSON object at the URL."""
        status, answer = await self._call("GET", url)
        if status != 200:  # noqa: PLR2004 - OK
            raise SignInRefusedError(OidcRefusal.UNAVAILABLE, f"{url} answered {status}")
        return answer

    async def post(self, url: str, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Send the form as the client, and return the status and the JSON object.

        The client's id and secret are form-encoded in Basic authentication (RFC 6749, 2.3.1). A
        public client has no secret and sends its id only.
        """
        config = self._config
        client_id, secret = config.client_id, config.client_secret
        if secret and config.client_authentication == "client_secret_basic":
            basic = aiohttp.BasicAuth(quote_plus(client_id), quote_plus(secret))
            return await self._call("POST", url, data=form, auth=basic)
        credentials = {"client_id": client_id} | ({"client_secret": secret} if secret else {})
        return await self._call("POST", url, data={**form, **credentials})

    async def _call(self, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.request(
                    method,
                    url,
                    ssl=self._tls,
                    allow_redirects=False,
                    headers={"Accept": "application/json"},
                    **options,
                ) as response,
            ):
                body = await _read(response)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SignInRefusedError(
                OidcRefusal.UNAVAILABLE, f"{url}: {type(error).__name__}"
            ) from error
        if response.status >= SERVER_ERROR:
            raise SignInRefusedError(OidcRefusal.UNAVAILABLE, f"{url} answered {response.status}")
        return response.status, _json_object(url, body)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BYTES:
            raise ValueError("the answer is too large")
    return bytes(body)


def _json_object(url: str, body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SignInRefusedError(OidcRefusal.UNAVAILABLE, f"{url} answered no JSON") from error
    if not isinstance(parsed, dict):
        raise SignInRefusedError(OidcRefusal.UNAVAILABLE, f"{url} answered no JSON object")
    return parsed
