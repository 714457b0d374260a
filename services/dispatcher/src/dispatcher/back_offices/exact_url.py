"""Preserves the exact spelling of addresses.

No escape is decoded, added or respelled, because a signed path or query would no longer match its
signature.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from yarl import URL

_LEGAL = "%:/?#[]@!$&'()*+,;=-._~"
"""The characters that are legal in an address (RFC 3986, 2)."""


def exact_url(address: str) -> URL | str:
    """Return the address for the HTTP client.

    Only characters that are illegal in an address are escaped, and a host outside ASCII is encoded
    as IDNA. A text that is no address is returned unchanged, and the HTTP client refuses it.
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
