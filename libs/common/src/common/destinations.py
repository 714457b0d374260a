"""The destination of each secret of a connector: the server that gets it, and the way there.

A secret is sealed for its destination, so a connector with another address cannot use it
(docs/adr/0024).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from common.address import origin_of
from common.contracts.connector import ENTRA_ID, WEBHOOK, AuthenticationScheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector

ADDRESS, TOKEN_ENDPOINT = "address", "token endpoint"
AUTHORITY, SCHEME = "certificate authority", "kind of authentication"
_ENTRA_ID_ORIGIN = origin_of(ENTRA_ID)


def destination_of(connector: Connector, secret: str) -> Mapping[str, str] | None:
    """Return the parts of the secret's destination by name, or None while no call uses the secret.

    A password goes to the URI, readable with Basic. A client secret goes to the token endpoint, and
    its token to the URI (RFC 6749, 4.4), so it is bound to both. Headers, signatures and the query
    of the URI go to the URI. Each of these servers is verified by the connector's authority.
    """
    if not connector.uri:
        return None
    authentication = connector.authentication
    scheme = authentication.scheme
    here = {ADDRESS: origin_of(connector.uri)}
    tokens = {TOKEN_ENDPOINT: _token_server(authentication.token_endpoint)}
    has_password = scheme in {AuthenticationScheme.BASIC, AuthenticationScheme.WINDOWS}
    is_oauth2 = scheme is AuthenticationScheme.OAUTH2
    used: dict[str, dict[str, str] | None] = {
        "password": here | {SCHEME: scheme} if has_password else None,
        "client_secret": here | tokens if is_oauth2 else None,
        "token_query": tokens if is_oauth2 and authentication.token_url else None,
        "signing_secret": here if connector.system == WEBHOOK else None,
        "headers": here,
        "uri_query": here,
    }
    parts = used.get(secret)
    return None if parts is None else parts | {AUTHORITY: _authority(connector.ca_certificate)}


def digest_of(destination: Mapping[str, str] | None) -> str:
    """Return the SHA-256 of a destination, in hexadecimal digits. It is a part of the seal."""
    text = json.dumps(destination, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _token_server(address: str) -> str:
    """Return the origin of a token endpoint, at Entra ID together with the tenant."""
    origin = origin_of(address)
    if origin != _ENTRA_ID_ORIGIN:
        return origin
    tenant = urlsplit(address).path.lstrip("/").partition("/")[0]
    return f"{origin}/{tenant.lower()}"


def _authority(certificates: str | None) -> str:
    """Return the SHA-256 of the certificates, or an empty text for the public authorities.

    Blanks and line breaks make no difference.
    """
    text = "".join((certificates or "").split())
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
