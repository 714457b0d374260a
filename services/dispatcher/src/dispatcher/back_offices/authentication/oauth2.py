"""OAuth2 client credentials (RFC 6749, 4.4).

There is one token for each credential. It is renewed before it expires, and once after a 401.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlencode, urlsplit

from pydantic import BaseModel, ValidationError

from common.address import with_query
from common.contracts.connector import CRM, AuthenticationType
from dispatcher.back_offices.authentication.token_cache import OAuth2Client
from dispatcher.back_offices.calls import MAX_RESPONSE_BYTES, HttpCall, host_of
from dispatcher.back_offices.http_transport import HttpTransport
from dispatcher.back_offices.parsing import parse_answer, parse_json
from dispatcher.metrics import TOKEN_ENDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import ClientSession

    from common.contracts.connector import Connector
    from dispatcher.back_offices.authentication.token_cache import TokenCache, TokenResponse
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.faults import FaultTranslator
    from dispatcher.errors import DeliveryError

BUSINESS_CENTRAL_SCOPE = "https://api.businesscentral.dynamics.com/.default"


class TokenRefusal(BaseModel):
    """The error of a token endpoint (RFC 6749, 5.2)."""

    error: str
    error_description: str | None = None


class OAuth2Authentication:
    """Adds a bearer token to every call. Waits for a token for at most ``timeout_s`` seconds."""

    def __init__(
        self,
        tokens: TokenCache,
        client: OAuth2Client,
        token_transport: HttpTransport,
        faults: tuple[FaultTranslator, FaultTranslator],
        timeout_s: float,
    ) -> None:
        self._tokens = tokens
        self._client = client
        self._token_transport = token_transport
        self._faults, self._token_faults = faults
        self._timeout_s = timeout_s

    async def call(self, transport: HttpTransport, call: HttpCall) -> HttpResponse:
        """Make the call with a token.

        A refused token is replaced once, and is not used again.
        """
        text = await self._token()
        response = await transport(_with_bearer(call, text))
        if response.status != 401:  # noqa: PLR2004 - RFC 6750, 3.1
            return response
        self._tokens.forget(self._client, text)
        renewed = await self._token()
        return response if renewed == text else await transport(_with_bearer(call, renewed))

    async def close(self) -> None:
        """Do nothing, because tokens outlive the version of a connector."""

    async def _token(self) -> str:
        """Return a token. Raises a DeliveryError.

        A token that cannot be sent is not cached.
        """
        text = self._tokens.find(self._client)
        if text is None:
            issued = await self._token_response()
            text = issued.access_token
            self._faults.hide_secret(text)
            if not issued.is_bearer:
                raise self._token_faults.transport_error("token type")
            if not issued.is_sendable:
                raise self._token_faults.transport_error("bad token")
        self._faults.hide_secret(text)
        return text

    async def _token_response(self) -> TokenResponse:
        try:
            response, issued = await self._tokens.request(
                self._client, self._request, self._timeout_s
            )
        except TimeoutError as error:
            raise self._token_faults.transport_error(
                "no answer", seconds=self._timeout_s
            ) from error
        if issued is None:
            raise await self._refusal(response)
        return issued

    async def _request(self) -> HttpResponse:
        form = {"grant_type": "client_credentials", "scope": self._client.scope}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if self._client.in_header:
            pair = f"{quote_plus(self._client.client_id)}:{quote_plus(self._client.client_secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {
                "client_id": self._client.client_id,
                "client_secret": self._client.client_secret,
            }
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        return await self._token_transport(HttpCall("POST", self._client.token_url, headers, body))

    async def _refusal(self, response: HttpResponse) -> DeliveryError:
        """Return the error of a response without a token. Some endpoints refuse with a success
        status.
        """
        faults = self._token_faults
        refusal = await parse_answer(parse_token_refusal, response.body)
        if refusal is None:
            return self._unreadable_response(response)
        text = f"{refusal.error} {refusal.error_description or ''}"
        return faults.find_error("oauth", refusal.error, response, text) or faults.status_error(
            response
        )

    def _unreadable_response(self, response: HttpResponse) -> DeliveryError:
        faults = self._token_faults
        if not response.is_success:
            return faults.status_error(response)
        is_cut = not response.is_whole and 0 < len(response.body) < MAX_RESPONSE_BYTES
        return faults.transport_error("cut" if is_cut else "malformed", response)


def oauth2_authentication(
    connector: Connector,
    faults: FaultTranslator,
    secrets: Mapping[str, str],
    tokens: TokenCache,
    session: ClientSession,
) -> OAuth2Authentication:
    """Return the connector's authentication with a token.

    Raises MisconfiguredError when a credential is missing.
    """
    client = _client(connector, faults, secrets)
    token_faults = faults.of_token_endpoint(host_of(client.token_url))
    token_transport = HttpTransport(session, connector, token_faults, {})
    TOKEN_ENDS.labels(connector.connector_id).set_function(partial(tokens.ends_at, client))
    timeout_s = connector.limits.total_timeout_s
    return OAuth2Authentication(tokens, client, token_transport, (faults, token_faults), timeout_s)


def parse_token_refusal(body: bytes) -> TokenRefusal | None:
    """Return the error in the answer of a token endpoint, or None for any other answer."""
    try:
        return TokenRefusal.model_validate(parse_json(body))
    except (ValidationError, ValueError):
        return None


def _client(
    connector: Connector, faults: FaultTranslator, secrets: Mapping[str, str]
) -> OAuth2Client:
    """Return the OAuth2 client of the connector.

    Entra ID's missing settings follow from tenant and system (domain.md, 3.4).
    """
    settings = connector.authentication
    token_url = with_query(settings.token_endpoint, secrets.get("token_query", ""))
    if not (token_url and settings.client_id and secrets.get("client_secret")):
        raise faults.transport_error("credentials")
    is_entra_id = settings.type is AuthenticationType.ENTRA_ID
    scope = settings.scope or (_scope(connector) if is_entra_id else "")
    return OAuth2Client(
        token_url,
        settings.client_id,
        secrets["client_secret"],
        scope,
        in_header=settings.type is AuthenticationType.OAUTH2_BASIC,
    )


def _scope(connector: Connector) -> str:
    if connector.system != CRM:
        return BUSINESS_CENTRAL_SCOPE
    parts = urlsplit(connector.uri or "")
    return f"{parts.scheme}://{parts.netloc}/.default"


def _with_bearer(call: HttpCall, token: str) -> HttpCall:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})
