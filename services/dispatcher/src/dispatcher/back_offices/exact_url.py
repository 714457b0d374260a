"""Addresses that are called as they were entered: no escape is decoded, added or spelled in
another way, because a signed path or query would no longer fit its signature.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from yarl import URL

_LEGAL = "%:/?#[]@!$&'()*+,;=-._~"
"""Characters that an address may hold as they are (RFC 3986, 2)."""


def exact_url(address: str) -> URL | str:
    """Return the address for the HTTP client: only characters that no address can hold are
    escaped, and a host outside ASCII is put into IDNA.

    A text that is no address is returned as it is, for the HTTP client to refuse.
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
