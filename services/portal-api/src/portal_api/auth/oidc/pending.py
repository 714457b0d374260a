"""A sign-in in progress. It travels in a sealed cookie of the browser that started it.

So starts cost no storage, and an answer is accepted only from the same browser.
"""

from __future__ import annotations

import base64
import secrets
import time
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from common.sealing import SealError

if TYPE_CHECKING:
    from common.sealing import KeyRing

LIFETIME_S = 600
"""Seconds to sign in at the provider."""
BOUND_TO = "sign-in with OpenID Connect"


class Purpose(StrEnum):
    """A new session, or a proof that the person of a session is present."""

    SIGN_IN = "sign-in"
    VERIFY = "verify"


class SignInInProgress(BaseModel):
    """The secrets of one sign-in, and its purpose.

    ``state`` and ``nonce`` are random (OpenID Connect Core 1.0, 3.1.2.1), and ``verifier`` is the
    code verifier of PKCE (RFC 7636, 4.1). ``session_id`` is the session to verify,
    or the one that a new session replaces.
    """

    model_config = ConfigDict(frozen=True)

    state: str
    nonce: str
    verifier: str
    purpose: Purpose
    return_path: str
    started_at: float
    session_id: str | None = None

    def is_expired(self) -> bool:
        """Whether the sign-in took longer than its lifetime."""
        return not 0 <= time.time() - self.started_at <= LIFETIME_S


def new_pending(purpose: Purpose, return_path: str, session_id: str | None) -> SignInInProgress:
    """Return a sign-in with new random secrets of 256 bits."""
    return SignInInProgress(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        purpose=purpose,
        return_path=return_path,
        started_at=time.time(),
        session_id=session_id,
    )


def seal(pending: SignInInProgress, key_ring: KeyRing) -> str:
    """Return the value of the cookie."""
    sealed = key_ring.seal(pending.model_dump_json(), BOUND_TO)
    return base64.urlsafe_b64encode(sealed.encode()).decode().rstrip("=")


def unseal(cookie: str, key_ring: KeyRing) -> SignInInProgress | None:
    """Return the sign-in of the cookie. None for a cookie that this portal did not write, or that
    has expired.
    """
    try:
        sealed = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)).decode()
        pending = SignInInProgress.model_validate_json(key_ring.open(sealed, BOUND_TO))
    except (SealError, ValueError):
        return None
    return None if pending.is_expired() else pending
