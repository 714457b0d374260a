"""Refuses requests until the user has taken a step: a verification, or a change of the account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import Depends, Request

from portal_api.accounts.session import Restriction
from portal_api.errors import StepNeededError

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller

VERIFICATION = "verification"
_SENTENCES = {
    Restriction.PASSWORD: (
        "Another person chose your password: change it at PUT /api/session/password"
    ),
    Restriction.SECOND_FACTOR: (
        "Your account needs a second factor: enrol it at POST /api/session/second-factor"
    ),
}
_PROVE_AGAIN = (
    "Prove your identity again: send your password to POST /api/session/verification, or open "
    "/api/session/oidc?purpose=verify with an account of OpenID Connect"
)
_ALWAYS = {"read_session", "sign_out", "verify_session"}
_ALLOWED = {
    Restriction.PASSWORD: _ALWAYS | {"change_own_password"},
    Restriction.SECOND_FACTOR: _ALWAYS | {"offer_second_factor", "confirm_second_factor"},
}
"""The operations that a restricted session may use. All others are refused."""


def refuse_restricted(request: Request) -> None:
    """Raise StepNeededError when the session is restricted to other operations."""
    caller: Caller = request.state.caller
    if caller.restriction is None:
        return
    restriction = Restriction(caller.restriction)
    if request.scope["route"].name not in _ALLOWED[restriction]:
        raise StepNeededError(restriction, _SENTENCES[restriction])


def check_verified(request: Request) -> None:
    """Raise StepNeededError when the last verification of the session is too old.

    OWASP ASVS 4.0.3, 3.7.1. An API key is no session: it is what a program has instead.
    """
    caller: Caller = request.state.caller
    if caller.verified_until is not None and caller.verified_until <= datetime.now(UTC):
        raise StepNeededError(VERIFICATION, _PROVE_AGAIN)


VERIFIED = Depends(check_verified)
"""The dependency of sensitive acts."""
