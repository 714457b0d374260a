"""Addresses of back offices: their exact spelling, their origin, and their secret parts.

The HTTP client calls ``exact_url``, and secrets are bound to ``origin_of``. Both read an address in
the same way, so a secret cannot be bound to one server and sent to another.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from yarl import URL

_LEGAL = "%:/?#[]@!$&'()*+,;=-._~"
"""The characters that are legal in an address (RFC 3986, 2)."""
_CREDENTIALS = re.compile(r"\A((?:[a-z][a-z0-9+.-]*:[/\\]+)?[/\\]*)[^/?#]*@", re.IGNORECASE)
"""User name and password, also where the scheme is missing or misspelled."""


def exact_url(address: str) -> URL | str:
    """Return the address for the HTTP client.

    No escape is decoded, added or respelled, because a signed path or query would no longer match
    its signature. Only characters that are illegal in an address are escaped, and a host outside
    ASCII is encoded as IDNA. A text that is no address is returned unchanged, and the HTTP client
    refuses it.
    """
    try:
        parts = urlsplit(address)
        if not parts.hostname:
            return address
        origin = URL(f"{parts.scheme}://{parts.netloc}")
        rest = address.partition("://")[2][len(parts.netloc) :]
        return URL(f"{origin.scheme}://{origin.raw_authority}{quote(rest, _LEGAL)}", encoded=True)
    except ValueError:
        return address


def origin_of(address: str) -> str:
    """Return scheme, host and port of the server that the HTTP client would call (RFC 6454, 4).

    Case, the default port, the encoding of the host and its trailing dot make no difference. The
    origin of a text that is no address is the text itself, without its query.
    """
    url = exact_url(address)
    try:
        if isinstance(url, URL) and url.raw_host and url.port:
            return f"{url.scheme}://{url.raw_host.lower().removesuffix('.')}:{url.port}"
    except ValueError:
        pass
    return split_query(address)[0]


def has_credentials(address: str) -> bool:
    """Return whether the address has a user name or a password in front of its host."""
    return _CREDENTIALS.match(address) is not None


def without_credentials(address: str) -> str:
    """Return the address without user name and password."""
    return _CREDENTIALS.sub(r"\1", address)


def split_query(address: str) -> tuple[str, str]:
    """Return the address without its query, and the query without its question mark.

    A question mark at the end stays, because it is a part of the address and no secret.
    """
    plain, _, query = address.partition("?")
    return (plain, query) if query else (address, "")


def with_query(address: str, query: str) -> str:
    """Return the address with this query, spelled as it was entered."""
    return f"{address.removesuffix('?')}?{query}" if query else address
