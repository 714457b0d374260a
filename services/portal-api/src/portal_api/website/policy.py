"""The HTTP headers of the website, in addition to the strict headers of every answer.

The policy lets a page load only from the portal itself, and runs no inline script.
"""

from __future__ import annotations

import secrets

NONCE = b"CSP_NONCE"
"""The placeholder of the nonce, which the build writes (vite.config.ts)."""
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' "
    "data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def new_nonce() -> str:
    """Return a random nonce, which allows the styles that the page creates at run time."""
    return secrets.token_urlsafe(18)


def page_headers(nonce: str) -> dict[str, str]:
    """Return the headers of the page. It is never cached, because it contains a nonce."""
    return {
        "Content-Security-Policy": _PAGE.format(nonce=nonce),
        "Cache-Control": "no-store",
    }


def file_headers(*, is_named_by_content: bool) -> dict[str, str]:
    """Return the headers of a file.

    A file with the hash of its content in its name never changes, so browsers keep it. Browsers
    revalidate every other file.
    """
    return {
        "Cache-Control": "public, max-age=31536000, immutable"
        if is_named_by_content
        else "no-cache"
    }
