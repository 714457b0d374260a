"""An authenticator app, and the stored times of accounts and sessions."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp

from common.database import open_database
from portal_api.accounts.tokens import token_hash
from tests.support.api_user import ApiUser
from tests.support.system import System

STEP_S = 30


class Authenticator:
    """An app with one secret, which shows a code that it has not shown before.

    The server accepts the code of the next step too, so a test has two codes without a wait. After
    those two, the app forgets that the server has seen them, by ``forget_used_codes``.
    """

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)

    def code(self, steps: int = 0) -> str:
        """Return the code that is so many steps of 30 seconds from now."""
        return self._totp.at(int(time.time()) + steps * STEP_S)

    def wrong_code(self) -> str:
        """Return a code of no step within the window."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)


async def enrol(user: ApiUser) -> tuple[Authenticator, list[str]]:
    """Enrol a second factor for a signed-in user. Return the app and the recovery codes.

    The code of the enrolment may be used again, so that a test need not wait for the next one.
    """
    status, offer = await user.ask("POST", "/session/second-factor")
    assert status == 200, offer
    app = Authenticator(offer["secret"])
    status, answer = await user.ask("POST", "/session/second-factor/confirm", {"code": app.code()})
    assert status == 200, answer
    await forget_used_codes(user)
    return app, answer["recovery_codes"]


async def forget_used_codes(user: ApiUser) -> None:
    """Let the codes of the present steps be used again, as if half a minute had passed."""
    await _set(user.system, "users", {"_id": user.name}, {"second_factor.last_step": 0})


async def age_verification(user: ApiUser) -> None:
    """Store that the last verification of the session was long ago."""
    at = datetime.now(UTC) - timedelta(days=1)
    await _set(user.system, "sessions", {"_id": token_hash(user.cookie)}, {"verified_at": at})


async def expire_pending(user: ApiUser) -> None:
    """Store that the pending sign-in of the user's browser has expired."""
    at = datetime.now(UTC) - timedelta(seconds=1)
    wanted = {"_id": token_hash(user.pending_cookie)}
    await _set(user.system, "pending_sign_ins", wanted, {"ends_at": at})


async def _set(
    system: System, collection: str, wanted: dict[str, Any], values: dict[str, Any]
) -> None:
    database = open_database(system.mongodb_url, system.database)
    result = await database[collection].update_one(wanted, {"$set": values})
    database.client.close()
    assert result.matched_count == 1
