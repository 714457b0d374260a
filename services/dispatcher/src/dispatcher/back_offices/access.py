"""The way to one connector's back office: its address, its credentials and its limits, opened once
per version of the connector.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from common.contracts.connector import CRM, AuthenticationType, bound_to
from common.sealing import SealError
from common.traces.spans import CURRENT, SpanKind, working_on
from dispatcher.back_offices.authentication.negotiated import NTLM, Negotiated, windows_schemes
from dispatcher.back_offices.authentication.oauth2 import Client, OAuth2
from dispatcher.back_offices.authentication.plain import Plain, basic
from dispatcher.back_offices.calls import Caller, open_session
from dispatcher.back_offices.catalogue import Faults
from dispatcher.metrics import TOKEN_ENDS

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from common.contracts.connector import Connector
    from common.sealing import KeyRing
    from common.traces.spans import Facts, Span
    from dispatcher.back_offices.addresses import Addresses
    from dispatcher.back_offices.authentication.oauth2 import Tokens
    from dispatcher.back_offices.calls import Answer, Call
    from dispatcher.back_offices.catalogue import Kind

    class Authentication(Protocol):
        """How a call proves who it is for."""

        async def call(self, caller: Caller, call: Call) -> Answer:
            """Make the call."""
            ...

        async def close(self) -> None:
            """Let go of what is held."""
            ...


BASIC_PREFIX = "basic="
ENTRA_ID = "https://login.microsoftonline.com"
BUSINESS_CENTRAL_SCOPE = "https://api.businesscentral.dynamics.com/.default"


class Tools(NamedTuple):
    """What all connectors of this process share."""

    session: ClientSession
    keys: KeyRing
    addresses: Addresses
    tokens: Tokens


class Access:
    """Calls one back office with the connector's credentials."""

    def __init__(
        self, connector: Connector, faults: Faults, caller: Caller, authentication: Authentication
    ) -> None:
        self.connector = connector
        self.faults = faults
        self.authentication = authentication
        self._caller = caller

    async def call(self, call: Call) -> Answer:
        """Make one call, as a step of the trace of the delivery it is for, if any; raises a
        DeliveryError when no status came back.
        """
        delivering = CURRENT.get()
        if delivering is None or not delivering.is_recorded:
            return await self.authentication.call(self._caller, call)
        with (
            delivering.then(
                call.method, SpanKind.CLIENT, partial(self._facts, call, delivering)
            ) as step,
            working_on(step),
        ):
            answer = await self.authentication.call(self._caller, call)
            step.note(http__response__status_code=answer.status)
            if answer.status >= 400:  # noqa: PLR2004 - RFC 9110, 15.5
                step.failed(str(answer.status))
            return answer

    def _facts(self, call: Call, delivering: Span) -> Facts:
        """Return what the step says: of the address only whom it is, because paths and queries
        may hold secrets.
        """
        where = urlsplit(call.url)
        server: Facts = {
            "server.address": where.hostname or "",
            "server.port": where.port or (443 if where.scheme == "https" else 80),
        }
        told: Facts = {
            name: delivering.facts[name]
            for name in ("mboc.connector_id", "mboc.attempt")
            if name in delivering.facts
        }
        return {
            "http.request.method": call.method,
            "mboc.system": self.connector.system or "",
            **server,
            **told,
        }

    async def close(self) -> None:
        """Let go of kept connections."""
        await self.authentication.close()


def open_access(connector: Connector, kind: Kind, tools: Tools) -> Access:
    """Return the way in; raises MisconfiguredError when a secret cannot be opened or is missing."""
    secrets = open_secrets(connector, tools.keys)
    extra = json.loads(secrets.pop("headers", "{}"))
    faults = Faults(kind, connector.name, (*secrets.values(), *extra.values()))
    caller = Caller(tools.session, connector, faults, extra, tells_trace=True)
    TOKEN_ENDS.remove(connector.connector_id)  # this version may need none
    return Access(connector, faults, caller, _authentication(connector, faults, secrets, tools))


def open_secrets(connector: Connector, keys: KeyRing) -> dict[str, str]:
    """Return the secrets by name; raises MisconfiguredError."""
    try:
        return {
            name: keys.open(sealed, bound_to(connector.connector_id, name))
            for name, sealed in connector.secrets.items()
        }
    except SealError as error:
        raise Faults("token", connector.name).transport("credentials") from error


def _authentication(
    connector: Connector, faults: Faults, secrets: dict[str, str], tools: Tools
) -> Authentication:
    said = connector.authentication
    login, password = said.login or "", secrets.get("password", "")
    is_older_basic = login.startswith(BASIC_PREFIX)
    match said.type:
        case (
            AuthenticationType.ENTRA_ID
            | AuthenticationType.OAUTH2_BODY
            | AuthenticationType.OAUTH2_BASIC
        ):
            asking = Caller(tools.session, connector, faults.of("token"), {})
            client = _client(connector, faults, secrets)
            TOKEN_ENDS.labels(connector.connector_id).set_function(
                partial(tools.tokens.ends_at, client)
            )
            return OAuth2(tools.tokens, client, asking, faults)
        case AuthenticationType.NONE if not is_older_basic:
            return Plain()
    if not login or not password:
        raise faults.transport("credentials")
    if is_older_basic or said.type is AuthenticationType.BASIC:
        return basic(login.removeprefix(BASIC_PREFIX), password)
    schemes = (NTLM,) if said.type is AuthenticationType.NTLM else windows_schemes()
    return Negotiated(login, password, schemes, partial(open_session, tools.addresses, 1), faults)


def _client(connector: Connector, faults: Faults, secrets: dict[str, str]) -> Client:
    """Return who asks for tokens; what Entra ID leaves open follows from tenant and system
    (domain.md, 3.4).
    """
    said = connector.authentication
    token_url = said.token_url or (
        f"{ENTRA_ID}/{said.tenant_id}/oauth2/v2.0/token" if said.tenant_id else ""
    )
    if not (token_url and said.client_id and secrets.get("client_secret")):
        raise faults.transport("credentials")
    is_entra_id = said.type is AuthenticationType.ENTRA_ID
    scope = said.scope or (_scope(connector) if is_entra_id else "")
    return Client(
        token_url,
        said.client_id,
        secrets["client_secret"],
        scope,
        in_header=said.type is AuthenticationType.OAUTH2_BASIC,
    )


def _scope(connector: Connector) -> str:
    if connector.system != CRM:
        return BUSINESS_CENTRAL_SCOPE
    parts = urlsplit(connector.uri or "")
    return f"{parts.scheme}://{parts.netloc}/.default"
