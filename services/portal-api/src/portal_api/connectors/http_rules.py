"""Checks of texts for HTTP: header names and values, addresses, credentials.

Texts that can never work are refused on entry. All other texts are used exactly as entered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "accept-encoding",
        "user-agent",
        "soapaction",
        "traceparent",
        "tracestate",
    }
)
"""Headers that the dispatcher sets, and headers of the connection (RFC 9110, 7.6.1)."""
_RESERVED_BY_SYSTEM = {
    WEBHOOK: {"x-dime-action", "webhook-id", "webhook-timestamp", "webhook-signature"},
    BUSINESS_CENTRAL: {"accept", "accept-language"},
    CRM: {"accept", "odata-version", "odata-maxversion"},
}
_LAST_PORT = 65_535


def check_text(text: str) -> None:
    """Raise ValueError for line breaks and control characters."""
    if _CONTROL.search(text):
        raise ValueError("must be on one line, without control characters")


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
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name[:100]!r} is not a valid header name")
        if name.lower() in taken:
            raise ValueError(f"{name!r} must not be added, because the connector sets it")
        if name.lower() in seen:
            raise ValueError(f"{name!r} is there twice: header names ignore case")
        if not _VALUE.fullmatch(value):
            raise ValueError(
                f"the value of {name} must be on one line, without control characters and "
                "without blanks around it"
            )
        seen.add(name.lower())


def check_address(uri: str) -> None:
    """Raise ValueError for an address that can never be called as entered.

    A malformed address passes, because deliveries have a status for it.
    """
    check_text(uri)
    if uri != uri.strip():
        raise ValueError("must not have blanks around it")
    if "#" in uri:
        raise ValueError("must not have a fragment (#...): write # as %23")
    authority = uri.partition("://")[2].partition("/")[0].partition("?")[0]
    if "@" in authority:
        raise ValueError("must not hold credentials (user@): enter them as login and password")
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
