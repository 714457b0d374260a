"""Decides whether a request comes from a page of the portal or of another site."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def is_same_origin(headers: Mapping[str, str], origins: Collection[str]) -> bool:
    """Whether the request comes from the portal itself, and not from another site.

    Browsers send Sec-Fetch-Site over a secure connection (W3C Fetch Metadata). Without it, Origin
    (RFC 6454) must be the host of the request or one of ``origins``. Programs send neither header,
    and have no cookie that another site could use.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if origin is not None and origin in origins:
        return True
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None or urlsplit(origin).netloc == headers.get("host", "-")
