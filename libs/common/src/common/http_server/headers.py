"""The security headers of every answer (OWASP ASVS 4.0.3, 14.4; OWASP Secure Headers Project)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STRICT_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}
"""The headers of an answer that sets no others. An answer with its own value keeps it."""
TLS_HEADERS: Mapping[str, str] = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains"
}
"""The header of hosts that browsers reach over TLS only (RFC 6797, 7.2)."""


def as_bytes(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return the headers as ASGI needs them, with names in lower case."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
