"""The settings of OpenID Connect, as values, and the return path after a sign-in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from common.sealing import KeyRing
from portal_api.accounts.roles import Role

CALLBACK_PATH = "/api/session/oidc/callback"
HOME = "/"
_PAGES = "appointments|transactions|errors|operations|logs|status|connectors|users|audit|profile"
_RETURN_PATH = re.compile(
    rf"/(?:(?:{_PAGES})(?:/[A-Za-z0-9_~@:+-][A-Za-z0-9_~@:+.%-]*){{0,2}})?"
    r"(?:\?[A-Za-z0-9_~@:+.%=&,/*!()'$;-]*)?"
)


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """The settings of one OpenID Connect provider.

    ``name_claims`` are tried in order. ``roles`` maps a value of the claim ``roles_claim`` to a
    role. ``tenants`` are the allowed tenants of Entra ID, empty for a provider without tenants.
    ``key_ring`` seals the cookie of a sign-in in progress.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    key_ring: KeyRing
    client_secret: str = field(default="", repr=False)
    client_authentication: str = "client_secret_basic"
    scopes: str = "openid profile email"
    name_claims: Sequence[str] = ("preferred_username", "email", "sub")
    roles_claim: str = "roles"
    roles: Mapping[str, Role] = field(default_factory=lambda: {str(role): role for role in Role})
    label: str = "OpenID Connect"
    home: str = HOME
    tenants: Collection[str] = ()
    ca_file: Path | None = None


def return_path(text: str | None, home: str) -> str:
    """Return the path if it is a page of the website, and otherwise ``home``.

    A sign-in never leads to another site, nor to a path of the API.
    """
    return text if text and _RETURN_PATH.fullmatch(text) else home


def is_protected_url(url: str) -> bool:
    """Whether the URL has TLS, or does not leave the machine (RFC 8252, 7.3)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
