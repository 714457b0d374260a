"""Checks of texts for HTTP: header names and values, addresses, credentials.

Texts that can never work are refused on entry. All other texts are used exactly as entered.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from common.address import has_credentials, split_query
from common.contracts.connector import BUSINESS_CENTRAL, CRM, WEBHOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
"""A header's name (RFC 9110, 5.6.2)."""
_VALUE = re.compile(r"(?![ \t])[^\x00-\x08\x0a-\x1f\x7f\u2028\u2029]*(?<![ \t])")
"""A header's value (RFC 9110, 5.5). Blanks around it are no part of it."""
_RESERVED = frozenset(
    {
        "host",
        "content-type",
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
        "http2-settings",
        "max-forwards",
        "via",
        "expect",
        "accept-encoding",
        "user-agent",
        "soapaction",
        "traceparent",
        "tracestate",
        "baggage",
    }
)
"""Headers that the dispatcher sets, headers of the connection (RFC 9110, 7.6.1), and headers of the
trace (W3C Trace Context, W3C Baggage).
"""
_RESERVED_PREFIX = "proxy-"
"""Headers for a proxy on the way (RFC 9110, 11.7), which the back office never gets."""
_RESERVED_BY_SYSTEM = {
    WEBHOOK: {"x-dime-action", "webhook-id", "webhook-timestamp", "webhook-signature"},
    BUSINESS_CENTRAL: {"accept", "accept-language"},
    CRM: {"accept", "odata-version", "odata-maxversion"},
}
_LAST_PORT = 65_535
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_AUTHORIZATION = re.compile(
    r"authorization[\"']?\s*[:=]\s*[\"']?(basic|bearer|ntlm|negotiate)\s+\S", re.IGNORECASE
)
_JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")


def check_text(text: str) -> None:
    """Raise ValueError for line breaks and control characters."""
    if _CONTROL.search(text):
        raise ValueError("must be on one line, without control characters")


def check_readable(text: str) -> None:
    """Raise ValueError for a text that is certainly a secret, in a field that every user reads."""
    if _PRIVATE_KEY.search(text):
        raise ValueError("must not hold a private key, because every user can read this field")
    if _AUTHORIZATION.search(text) or _JSON_WEB_TOKEN.search(text):
        raise ValueError(
            "must not hold an authorization header or a token, because every user can read this "
            "field: enter it as a password, a client secret or an extra header"
        )


def check_account(text: str) -> None:
    """Raise ValueError for the value of an Authorization header, entered as the name of an
    account.
    """
    check_text(text)
    check_readable(text)
    scheme, _, credential = text.strip().partition(" ")
    is_bearer = scheme.casefold() == "bearer" and bool(credential.strip())
    if is_bearer or (scheme.casefold() == "basic" and _is_basic(credential)):
        raise ValueError(
            "must not hold the value of an authorization header: enter the name of the account "
            "here, and its secret as the password or the client secret"
        )


def _is_basic(credential: str) -> bool:
    """Return whether the text is a user name and a password of Basic (RFC 7617, 2)."""
    try:
        return b":" in base64.b64decode(credential.strip(), validate=True)
    except ValueError:
        return False


def check_headers(
    headers: Mapping[str, str], system: str | None, *, is_authenticated: bool
) -> None:
    """Raise ValueError with the name of a reserved header, or of a header that HTTP cannot
    carry.
    """
    taken = _RESERVED | _RESERVED_BY_SYSTEM.get(system or "", set())
    if is_authenticated:
        taken |= {"authorization"}
    seen: set[str] = set()
    for number, (name, value) in enumerate(headers.items(), 1):
        if not _NAME.fullmatch(name):
            raise ValueError(f"header {number} has no valid name: use letters, digits and hyphens")
        if _JSON_WEB_TOKEN.search(name):
            raise ValueError(f"header {number} has a token as its name: enter it as the value")
        if name.lower() in taken or name.lower().startswith(_RESERVED_PREFIX):
            raise ValueError(f"{name!r} must not be added, because {_reason(name)}")
        if name.lower() in seen:
            raise ValueError(f"{name!r} is there twice: header names ignore case")
        if not _VALUE.fullmatch(value):
            raise ValueError(
                f"the value of {name} must be on one line, without control characters and "
                "without blanks around it"
            )
        seen.add(name.lower())


def _reason(name: str) -> str:
    if name.lower().startswith(_RESERVED_PREFIX):
        return "it is for a proxy, and the connector uses none"
    return "the connector sets it"


def check_address(uri: str) -> None:
    """Raise ValueError for an address that can never be called as entered.

    A malformed address passes, because deliveries have a status for it.
    """
    check_text(uri)
    if uri != uri.strip():
        raise ValueError("must not have blanks around it")
    if "#" in uri:
        raise ValueError("must not have a fragment (#...): write # as %23")
    if has_credentials(uri):
        raise ValueError("must not hold credentials (user@): enter them as login and password")
    plain, query = split_query(uri)
    if query == "…":
        raise ValueError("must not end in ?…: enter the query, or leave it out to keep it")
    authority = plain.partition("://")[2].partition("/")[0]
    digits = re.search(r":(\d+)$", authority)
    if digits and not 0 < int(digits[1][:6]) <= _LAST_PORT:
        raise ValueError(f"must have a port from 1 to {_LAST_PORT}")


def check_web_address(url: str) -> None:
    """Raise ValueError unless the URL is an address that can be called."""
    check_address(url)
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or any(character.isspace() for character in url):
        raise ValueError("must read https://host/path")
