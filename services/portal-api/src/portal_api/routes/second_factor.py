"""``/api/session/verification`` and ``/api/session/second-factor``: the proofs of identity."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request

from portal_api.accounts.lockout import TrySource
from portal_api.accounts.second_factor_schemas import (
    CodeRequest,
    RecoveryCodesResponse,
    SecondFactorOffered,
    SecondFactorState,
    Verification,
)
from portal_api.auth.dependencies import audit_change, session_of
from portal_api.auth.verification import VERIFIED
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller
    from portal_api.accounts.user import User
    from portal_api.auth.credentials import Credentials
    from portal_api.auth.enrol import SecondFactorService
    from portal_api.store.sessions import Sessions

CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}
LOCKED: dict[int | str, dict[str, Any]] = CONFLICT | {429: PROBLEMS[429]}
ENROLLED, NOT_ENROLLED = {"second_factor": True}, {"second_factor": False}


def second_factor(
    service: SecondFactorService, credentials: Credentials, sessions: Sessions
) -> APIRouter:
    """Return the router of the verification and of the second factor of the caller."""
    router = APIRouter(prefix="/session", tags=["Session"])

    @router.post("/verification", status_code=204, responses=LOCKED)
    async def verify_session(request: Request, proof: Annotated[Verification, Body()]) -> None:
        """Enter your password again, and a code if you have a second factor. For ten minutes the
        session may do sensitive acts. Failures count as at a sign-in.
        """
        caller, session_id = session_of(request)
        audit_change(request, caller.name)
        await _verify(caller, proof)
        await sessions.verify(session_id, datetime.now(UTC))

    @router.get("/second-factor")
    async def read_second_factor(request: Request) -> SecondFactorState:
        """Read the state of your second factor."""
        caller, _ = session_of(request)
        return await service.state(caller.name)

    @router.post("/second-factor", dependencies=[VERIFIED])
    async def offer_second_factor(request: Request) -> SecondFactorOffered:
        """Begin the enrolment of a second factor: a secret for an authenticator app (RFC 6238).

        A present second factor stays until a code confirms the new secret.
        """
        caller, _ = session_of(request)
        audit_change(request, caller.name)
        return await service.offer(caller.name)

    @router.post("/second-factor/confirm", responses=CONFLICT, dependencies=[VERIFIED])
    async def confirm_second_factor(
        request: Request, entered: Annotated[CodeRequest, Body()]
    ) -> RecoveryCodesResponse:
        """Finish the enrolment with a first code. Your other sessions end. The response has ten
        recovery codes, which are not shown again.
        """
        caller, session_id = session_of(request)
        audit_change(request, caller.name)
        codes = await service.confirm(caller.name, entered.code.get_secret_value(), session_id)
        audit_change(request, caller.name, after=ENROLLED)
        return RecoveryCodesResponse(recovery_codes=codes)

    @router.post("/second-factor/recovery-codes", responses=CONFLICT, dependencies=[VERIFIED])
    async def replace_recovery_codes(request: Request) -> RecoveryCodesResponse:
        """Create ten new recovery codes. The earlier ones end."""
        caller, _ = session_of(request)
        audit_change(request, caller.name)
        codes = await service.replace_recovery_codes(caller.name)
        return RecoveryCodesResponse(recovery_codes=codes)

    @router.post("/second-factor/disable", status_code=204, responses=LOCKED)
    async def disable_second_factor(
        request: Request, proof: Annotated[Verification, Body()]
    ) -> None:
        """Disable your second factor, with your password and a code."""
        caller, _ = session_of(request)
        audit_change(request, caller.name)
        await service.refuse_disabling(caller.name)
        user = await _verify(caller, proof)
        await service.disable(user)
        audit_change(request, caller.name, ENROLLED, NOT_ENROLLED)

    async def _verify(caller: Caller, proof: Verification) -> User:
        return await credentials.verify(
            caller.name,
            proof.password.get_secret_value(),
            proof.code.get_secret_value(),
            TrySource(caller.address, session_id=caller.session_id or ""),
        )

    return router
