"""The authenticated HTTP client of one connector, opened once for each of its versions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from common.contracts.connector import CRM, AuthenticationType
from common.traces.spans import CURRENT_SPAN, SpanKind, use_span
from dispatcher.back_offices.authentication.handshake import NTLM, WindowsLogin, windows_schemes
from dispatcher.back_offices.authentication.headers import (
    HeaderAuthentication,
    basic_authentication,
)
from dispatcher.back_offices.authentication.oauth2 import OAuth2Authentication
from dispatcher.back_offices.authentication.token_cache import OAuth2Client
from dispatcher.back_offices.authentication.windows import WindowsAuthentication
from dispatcher.back_offices.calls import host_of
from dispatcher.back_offices.connector_settings import check_authority, open_secrets, read_headers
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.back_offices.http_transport import HttpTransport, open_session
from dispatcher.metrics import TOKEN_ENDS

if TYPE_CHECKING:
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


BASIC_PREFIX = "basic="
ENTRA_ID = "https://login.microsoftonline.com"
BUSINESS_CENTRAL_SCOPE = "https://api.businesscentral.dynamics.com/.default"


class SharedResources(NamedTuple):
    """The resources that all connectors of this process share."""

    session: ClientSession
    keys: KeyRing
    addresses: AddressPolicy
    tokens: TokenCache


class BackOfficeHttpClient:
    """Calls one back office with the connector's credentials."""

    def __init__(
        self,
        connector: Connector,
        faults: FaultTranslator,
        transport: HttpTransport,
        authentication: Authentication,
    ) -> None:
        self.connector = connector
        self.faults = faults
        self._caller = transport
        self._authentication = authentication

    async def call(self, call: HttpCall) -> HttpResponse:
        """Make one call, as a span of its delivery's trace.

        Raises a DeliveryError when no response came.
        """
        delivering = CURRENT_SPAN.get()
        if delivering is None or not delivering.is_recorded:
            return await self._authentication.call(self._caller, call)
        with (
            delivering.start_child(
                call.method, SpanKind.CLIENT, partial(self._attributes, call, delivering)
            ) as span,
            use_span(span),
        ):
            response = await self._authentication.call(self._caller, call)
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


def open_http_client(
    connector: Connector, kind: EndpointKind, shared: SharedResources
) -> BackOfficeHttpClient:
    """Return the HTTP client of a connector.

    Raises MisconfiguredError when a secret cannot be opened or is missing, or when a header or the
    certificate of the authority cannot be used.
    """
    secrets = open_secrets(connector, shared.keys, kind)
    extra = read_headers(connector, kind, secrets.pop("headers", "{}"))
    check_authority(connector, kind)
    faults = FaultTranslator(kind, connector.name, (*secrets.values(), *extra.values()))
    transport = HttpTransport(shared.session, connector, faults, extra, sends_trace=True)
    TOKEN_ENDS.remove(connector.connector_id)  # this version may need no token
    authentication = _authentication(connector, faults, secrets, shared)
    return BackOfficeHttpClient(connector, faults, transport, authentication)


def _authentication(
    connector: Connector, faults: FaultTranslator, secrets: dict[str, str], shared: SharedResources
) -> Authentication:
    settings = connector.authentication
    login = settings.login or ""
    password = secrets.get("password", "")
    is_older_basic = login.startswith(BASIC_PREFIX)
    match settings.type:
        case (
            AuthenticationType.ENTRA_ID
            | AuthenticationType.OAUTH2_BODY
            | AuthenticationType.OAUTH2_BASIC
        ):
            return _oauth2(connector, faults, secrets, shared)
        case AuthenticationType.NONE if not is_older_basic:
            return HeaderAuthentication()
    if not login or not password:
        raise faults.transport_error("credentials")
    if is_older_basic or settings.type is AuthenticationType.BASIC:
        user = login.removeprefix(BASIC_PREFIX)
        if ":" in user:  # RFC 7617, 2: a colon ends the user name
            reason = "a user name of Basic must not have a colon"
            raise faults.transport_error("setting", field="authentication.login", reason=reason)
        return basic_authentication(user, password)
    schemes = (NTLM,) if settings.type is AuthenticationType.NTLM else windows_schemes()
    return WindowsAuthentication(
        WindowsLogin(login, password), schemes, partial(open_session, shared.addresses, 1)
    )


def _oauth2(
    connector: Connector, faults: FaultTranslator, secrets: dict[str, str], shared: SharedResources
) -> OAuth2Authentication:
    client = _client(connector, faults, secrets)
    token_faults = faults.of_token_endpoint(host_of(client.token_url))
    token_transport = HttpTransport(shared.session, connector, token_faults, {})
    TOKEN_ENDS.labels(connector.connector_id).set_function(partial(shared.tokens.ends_at, client))
    timeout_s = connector.limits.total_timeout_s
    return OAuth2Authentication(
        shared.tokens, client, token_transport, (faults, token_faults), timeout_s
    )


def _client(connector: Connector, faults: FaultTranslator, secrets: dict[str, str]) -> OAuth2Client:
    """Return the OAuth2 client of the connector.

    Entra ID's missing settings follow from tenant and system (domain.md, 3.4).
    """
    settings = connector.authentication
    token_url = settings.token_url or (
        f"{ENTRA_ID}/{settings.tenant_id}/oauth2/v2.0/token" if settings.tenant_id else ""
    )
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
