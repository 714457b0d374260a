"""The cookies of browsers in which an account has signed in (OWASP, Device Cookies)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portal_api.accounts.lockout import DEVICE_LIFETIME, TrySource
from portal_api.accounts.tokens import new_token, token_hash

if TYPE_CHECKING:
    from fastapi import Request, Response

    from portal_api.store.sign_ins import SignIns


class KnownDevices:
    """Gives a browser a random token for each account that signed in there.

    The token opens nothing. It only keeps wrong passwords from elsewhere from locking out this
    browser.
    """

    def __init__(self, sign_ins: SignIns, *, is_secure: bool) -> None:
        self._sign_ins = sign_ins
        self._is_secure = is_secure

    def source_of(self, request: Request, name: str) -> TrySource:
        """Return the origin of a password for this name."""
        token = request.cookies.get(self._cookie(name), "")
        return TrySource(request.state.address, device=token_hash(token) if token else "")

    async def remember(self, request: Request, response: Response, name: str) -> None:
        """Mark the browser, after a sign-in. Its earlier token, which another site may have
        planted, is no longer valid.
        """
        token, earlier = new_token(), self.source_of(request, name).device
        await self._sign_ins.remember_device(name, token_hash(token), earlier, datetime.now(UTC))
        response.set_cookie(
            self._cookie(name),
            token,
            max_age=int(DEVICE_LIFETIME.total_seconds()),
            path="/",
            httponly=True,
            samesite="strict",
            secure=self._is_secure,
        )

    def _cookie(self, name: str) -> str:
        digest = hashlib.sha256(name.encode(errors="replace")).hexdigest()
        return f"{'__Host-' if self._is_secure else ''}mboc_device_{digest[:16]}"
