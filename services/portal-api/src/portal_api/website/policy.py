"""What a browser may do with our pages: load from here and from nowhere else, and run no script
that stands in a page.
"""

from __future__ import annotations

import secrets

NONCE = b"CSP_NONCE"
"""What the build wrote where the nonce belongs (vite.config.ts)."""
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' "
    "data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def new_nonce() -> str:
    """Return a word nobody can guess: the styles made at run time show it."""
    return secrets.token_urlsafe(18)


def of_page(nonce: str) -> dict[str, str]:
    """Return the headers of the page; it holds a nonce, so it is never kept."""
    return _COMMON | {
        "Content-Security-Policy": _PAGE.format(nonce=nonce),
        "Cache-Control": "no-store",
        "X-Frame-Options": "DENY",
    }


def of_file(*, is_named_by_content: bool) -> dict[str, str]:
    """Return the headers of a file: one whose name holds its content's hash never changes, another
    one is asked for again.
    """
    return _COMMON | {
        "Cache-Control": "public, max-age=31536000, immutable"
        if is_named_by_content
        else "no-cache"
    }
