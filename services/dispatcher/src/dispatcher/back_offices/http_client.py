"""The HTTP client of one connector: its address, its credentials and its limits, opened once per
version of the connector.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from common.contracts.connector import CRM, AuthenticationType
from common.traces.spans import CURRENT_SPAN, SpanKind, use_span
from dispatcher.back_offices.authentication.handshake import NTLM, Login, windows_schemes
from dispatcher.back_offices.authentication.negotiated import Negotiated
from dispatcher.back_offices.authentication.oauth2 import OAuth2
from dispatcher.back_offices.authentication.plain import Plain, basic
from dispatcher.back_offices.authentication.tokens import Client
from dispatcher.back_offices.caller import Caller, open_session
from dispatcher.back_offices.connector_settings import check_authority, open_secrets, read_headers
from dispatcher.back_offices.exchange import host_of
from dispatcher.back_offices.faults import Faults
from dispatcher.metrics import TOKEN_ENDS

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from common.contracts.connector import Connector
    from common.sealing import KeyRing
    from common.traces.spans import Attributes, Span
    from dispatcher.back_offices.addresses import Addresses
    from dispatcher.back_offices.authentication.tokens import Tokens
    from dispatcher.back_offices.calls import Answer, Call
    from dispatcher.back_offices.catalogue import Kind

    class Authentication(Protocol):
        """The way in which a call proves its account."""

        async def call(self, caller: Caller, call: Call) -> Answer:
            """Make the call."""
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
    addresses: Addresses
    tokens: Tokens


class BackOfficeHttpClient:
    """Calls one back office with the connector's credentials."""

    def __init__(
        self, connector: Connector, faults: Faults, caller: Caller, authentication: Authentication
    ) -> None:
        self.connector = connector
        self.faults = faults
        self._caller = caller
        self._authentication = authentication

    async def call(self, call: Call) -> Answer:
        """Make one call, as a span of the trace of its delivery, if any; raises a
        DeliveryError when no status came back.
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
            answer = await self._authentication.call(self._caller, call)
            span.set_attributes(http__response__status_code=answer.status)
            if answer.status >= 400:  # noqa: PLR2004 - RFC 9110, 15.5
                span.failed(str(answer.status))
            return answer

    async def close(self) -> None:
        """Close idle connections."""
        await self._authentication.close()

    def _attributes(self, call: Call, delivering: Span) -> Attributes:
        """Return the attributes of the span: of the address only the server, because paths and
        queries may hold secrets.
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
    connector: Connector, kind: Kind, shared: SharedResources
) -> BackOfficeHttpClient:
    """Return the HTTP client; raises MisconfiguredError when a secret cannot be opened or is
    missing, or when a header or the authority's certificate cannot be used.
    """
    secrets = open_secrets(connector, shared.keys, kind)
    extra = read_headers(connector, kind, secrets.pop("headers", "{}"))
    check_authority(connector, kind)
    faults = Faults(kind, connector.name, (*secrets.values(), *extra.values()))
    caller = Caller(shared.session, connector, faults, extra, sends_trace=True)
    TOKEN_ENDS.remove(connector.connector_id)  # this version may need none
    authentication = _authentication(connector, faults, secrets, shared)
    return BackOfficeHttpClient(connector, faults, caller, authentication)


def _authentication(
    connector: Connector, faults: Faults, secrets: dict[str, str], shared: SharedResources
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
            return Plain()
    if not login or not password:
        raise faults.transport("credentials")
    if is_older_basic or settings.type is AuthenticationType.BASIC:
        user = login.removeprefix(BASIC_PREFIX)
        if ":" in user:  # RFC 7617, 2: it ends the user name
            reason = "a user name of Basic must not have a colon"
            raise faults.transport("setting", field="authentication.login", reason=reason)
        return basic(user, password)
    schemes = (NTLM,) if settings.type is AuthenticationType.NTLM else windows_schemes()
    return Negotiated(Login(login, password), schemes, partial(open_session, shared.addresses, 1))


def _oauth2(
    connector: Connector, faults: Faults, secrets: dict[str, str], shared: SharedResources
) -> OAuth2:
    client = _client(connector, faults, secrets)
    token_faults = faults.of_token_endpoint(host_of(client.token_url))
    ask = Caller(shared.session, connector, token_faults, {})
    TOKEN_ENDS.labels(connector.connector_id).set_function(partial(shared.tokens.ends_at, client))
    timeout_s = connector.limits.total_timeout_s
    return OAuth2(shared.tokens, client, ask, (faults, token_faults), timeout_s)


def _client(connector: Connector, faults: Faults, secrets: dict[str, str]) -> Client:
    """Return the client that asks for tokens; what Entra ID leaves open follows from tenant and
    system (domain.md, 3.4).
    """
    settings = connector.authentication
    token_url = settings.token_url or (
        f"{ENTRA_ID}/{settings.tenant_id}/oauth2/v2.0/token" if settings.tenant_id else ""
    )
    if not (token_url and settings.client_id and secrets.get("client_secret")):
        raise faults.transport("credentials")
    is_entra_id = settings.type is AuthenticationType.ENTRA_ID
    scope = settings.scope or (_scope(connector) if is_entra_id else "")
    return Client(
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
