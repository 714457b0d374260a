"""The cookie that carries a session's token (OWASP ASVS 4.0.3, 3.4; RFC 6265bis, 4.1.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import Request, Response

SECURE_NAME = "__Host-mboc_session"
"""Browsers accept this prefix over TLS only, and from this host alone, so that no other host of the
domain can set the cookie.
"""
PLAIN_NAME = "mboc_session"


class SessionCookie:
    """The session's cookie over TLS, or over plain HTTP. The name of the other one is ignored."""

    def __init__(self, *, is_secure: bool) -> None:
        self._is_secure = is_secure
        self._name = SECURE_NAME if is_secure else PLAIN_NAME

    def token_of(self, request: Request) -> str:
        """Return the token of the request, or an empty text."""
        return request.cookies.get(self._name, "")

    def set(self, response: Response, token: str) -> None:
        """Set the cookie until the browser ends."""
        response.set_cookie(
            self._name,
            token,
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
