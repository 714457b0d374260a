"""The cookie that carries a session's token (OWASP ASVS 4.0.3, 3.4; RFC 6265bis, 4.1.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal_api.store.pending_sign_ins import PENDING_LIFETIME

if TYPE_CHECKING:
    from fastapi import Request, Response

HOST_PREFIX = "__Host-"
"""Browsers accept this prefix over TLS only, and from this host alone, so that no other host of the
domain can set the cookie.
"""
PLAIN_NAME = "mboc_session"
SECURE_NAME = f"{HOST_PREFIX}{PLAIN_NAME}"
PENDING_NAME = "mboc_sign_in"


class SessionCookie:
    """The session's cookie over TLS, or over plain HTTP. The name of the other one is ignored.

    Without ``max_age`` in seconds it stays until the browser ends.
    """

    def __init__(
        self, *, is_secure: bool, name: str = PLAIN_NAME, max_age: int | None = None
    ) -> None:
        self._is_secure = is_secure
        self._name = f"{HOST_PREFIX}{name}" if is_secure else name
        self._max_age = max_age

    def token_of(self, request: Request) -> str:
        """Return the token of the request, or an empty text."""
        return request.cookies.get(self._name, "")

    def set(self, response: Response, token: str) -> None:
        """Set the cookie."""
        response.set_cookie(
            self._name,
            token,
            max_age=self._max_age,
            path="/",
            httponly=True,
            samesite="strict",
            secure=self._is_secure,
        )

    def delete(self, response: Response) -> None:
        """Remove the cookie. Browsers ignore the removal of a ``__Host-`` cookie without Secure."""
        response.delete_cookie(
            self._name, path="/", httponly=True, samesite="strict", secure=self._is_secure
        )


def pending_cookie(*, is_secure: bool) -> SessionCookie:
    """Return the cookie of a sign-in that waits for a code."""
    max_age = int(PENDING_LIFETIME.total_seconds())
    return SessionCookie(is_secure=is_secure, name=PENDING_NAME, max_age=max_age)
