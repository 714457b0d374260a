"""Whether a browser sends a request for one of our own pages, or for somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def is_same_origin(headers: Mapping[str, str], origins: Collection[str]) -> bool:
    """Whether no other site asked for it.

    Browsers say so themselves in Sec-Fetch-Site (W3C Fetch Metadata), where the connection is safe;
    otherwise Origin (RFC 6454) must be this very host or one of ``origins``. Programs send neither,
    and have no cookie that somebody else could use.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and origin in origins:
        return True
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None or urlsplit(origin).netloc == headers.get("host", "-")
