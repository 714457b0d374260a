"""The authenticated HTTP client of one connector, opened once for each of its versions."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from common.address import with_query
from common.contracts.connector import (
    BASIC_PREFIX,
    QUERIES,
    AuthenticationScheme,
    AuthenticationType,
)
from common.traces.spans import CURRENT_SPAN, SpanKind, use_span
from dispatcher.back_offices.authentication.handshake import NTLM, WindowsLogin, windows_schemes
from dispatcher.back_offices.authentication.oauth2 import oauth2_authentication
from dispatcher.back_offices.authentication.windows import WindowsAuthentication
from dispatcher.back_offices.connector_settings import (
    check_addresses,
    check_authority,
    open_secrets,
    read_headers,
)
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.back_offices.http_transport import HttpTransport, open_session
from dispatcher.back_offices.masking import secrets_in_query
from dispatcher.metrics import TOKEN_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiohttp import ClientSession

    from common.contracts.connector import Connector
    from common.sealing import KeyRing
    from common.traces.spans import Attributes, Span
    from dispatcher.back_offices.address_policy import AddressPolicy
    from dispatcher.back_offices.authentication.token_cache import TokenCache
    from dispatcher.back_offices.calls import HttpCall, HttpResponse
    from dispatcher.back_offices.catalogue import EndpointKind

    class Authentication(Protocol):
        """The method by which calls prove their account."""

        async def call(self, transport: HttpTransport, call: HttpCall) -> HttpResponse:
            """Make one call with its authentication."""
            ...

        async def close(self) -> None:
            """Close idle connections."""
            ...


class SharedResources(NamedTuple):
    """The resources that all connectors of this process share."""

    session: ClientSession
    keys: KeyRing
    addresses: AddressPolicy
    tokens: TokenCache


class BackOfficeHttpClient:
    """Calls one back office with the connector's credentials.

    ``uri`` is the connector's URI with its query, which is a secret.
    """

    def __init__(
        self,
        connector: Connector,
        uri: str,
        faults: FaultTranslator,
        transport: HttpTransport,
        authentication: Authentication,
    ) -> None:
        self.connector = connector
        self.uri = uri
        self.faults = faults
        self._transport = transport
        self._authentication = authentication

    async def call(self, call: HttpCall) -> HttpResponse:
        """Make one call, as a span of its delivery's trace.

        Raises a DeliveryError when no response came.
        """
        delivering = CURRENT_SPAN.get()
        if delivering is None or not delivering.is_recorded:
            return await self._authentication.call(self._transport, call)
        with (
            delivering.start_child(
                call.method, SpanKind.CLIENT, partial(self._attributes, call, delivering)
            ) as span,
            use_span(span),
        ):
            response = await self._authentication.call(self._transport, call)
            span.set_attributes(http__response__status_code=response.status)
            if response.status >= 400:  # noqa: PLR2004 - RFC 9110, 15.5
                span.failed(str(response.status))
            return response

    async def close(self) -> None:
        """Close idle connections."""
        await self._authentication.close()

    def _attributes(self, call: HttpCall, delivering: Span) -> Attributes:
        """Return the attributes of the call's span.

        Of the address only the server is in them, because paths and queries may hold secrets.
        """
        where = urlsplit(call.url)
        server: Attributes = {
            "server.address": where.hostname or "",
            "server.port": where.port or (443 if where.scheme == "https" else 80),
        }
        inherited: Attributes = {
            name: delivering.attributes[name]
            for name in ("mboc.connector_id", "mboc.attempt")
            if name in delivering.attributes
        }
        return {
            "http.request.method": call.method,
            "mboc.system": self.connector.system or "",
            **server,
            **inherited,
        }


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


def open_http_client(
    connector: Connector, kind: EndpointKind, shared: SharedResources
) -> BackOfficeHttpClient:
    """Return the HTTP client of a connector.

    Raises MisconfiguredError when a secret cannot be opened or is missing, or when a header or the
    certificate of the authority cannot be used.
    """
    check_addresses(connector, kind)
    check_authority(connector, kind)
    secrets = open_secrets(connector, shared.keys, kind)
    extra = read_headers(connector, kind, secrets.pop("headers", "{}"))
    faults = FaultTranslator(kind, connector.name, _secrets_of(connector, secrets, extra))
    transport = HttpTransport(shared.session, connector, faults, extra, sends_trace=True)
    TOKEN_ENDS.remove(connector.connector_id)  # this version may need no token
    authentication = _authentication(connector, faults, secrets, shared)
    uri = with_query(connector.uri or "", secrets.get("uri_query", ""))
    return BackOfficeHttpClient(connector, uri, faults, transport, authentication)


def _secrets_of(
    connector: Connector, secrets: Mapping[str, str], extra: Mapping[str, str]
) -> Iterator[str]:
    """Return every text that no sentence may show."""
    yield from secrets.values()
    yield from extra.values()
    for name in QUERIES:
        yield from secrets_in_query(secrets.get(name, ""))
    settings = connector.authentication
    for login in (settings.login, settings.client_id):
        for secret in secrets.values():
            if login:
                yield f"{login.removeprefix(BASIC_PREFIX)}:{secret}"


def _authentication(
    connector: Connector, faults: FaultTranslator, secrets: dict[str, str], shared: SharedResources
) -> Authentication:
    settings = connector.authentication
    login = settings.login or ""
    password = secrets.get("password", "")
    if settings.scheme is AuthenticationScheme.OAUTH2:
        return oauth2_authentication(connector, faults, secrets, shared.tokens, shared.session)
    if settings.scheme is AuthenticationScheme.NONE:
        return HeaderAuthentication()
    if not login or not password:
        raise faults.transport_error("credentials")
    if settings.scheme is AuthenticationScheme.BASIC:
        user = login.removeprefix(BASIC_PREFIX)
        if ":" in user:  # RFC 7617, 2: a colon ends the user name
            reason = "a user name of Basic must not have a colon"
            raise faults.transport_error("setting", field="authentication.login", reason=reason)
        return _basic_authentication(user, password)
    schemes = (NTLM,) if settings.type is AuthenticationType.NTLM else windows_schemes()
    return WindowsAuthentication(
        WindowsLogin(login, password), schemes, partial(open_session, shared.addresses, 1)
    )


def _basic_authentication(login: str, password: str) -> HeaderAuthentication:
    """Return the authentication by HTTP Basic (RFC 7617, UTF-8)."""
    return HeaderAuthentication(
        {"Authorization": f"Basic {base64.b64encode(f'{login}:{password}'.encode()).decode()}"}
    )
