"""``/api/sessions``: the caller's own sessions (OWASP ASVS 4.0.3, 3.3.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from portal_api.accounts.session_schemas import SessionList, as_listed_session
from portal_api.auth.dependencies import audit_change, session_of
from portal_api.errors import NotFoundError
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.session_cookie import SessionCookie
    from portal_api.store.sessions import Sessions

MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}


def sessions(store: Sessions, cookie: SessionCookie) -> APIRouter:
    """Return the router of the caller's sessions."""
    router = APIRouter(prefix="/sessions", tags=["Session"])

    @router.get("")
    async def list_sessions(request: Request) -> SessionList:
        """List your sessions, the newest first. Each account has at most twenty."""
        caller, current_id = session_of(request)
        found = await store.of_account(caller.name, datetime.now(UTC))
        return SessionList(items=[as_listed_session(session, current_id) for session in found])

    @router.delete("/{session_id}", status_code=204, responses=MISSING)
    async def end_session(
        request: Request,
        session_id: Annotated[
            str, Path(pattern="^[0-9a-f]{16}$", description="The id in the list.")
        ],
    ) -> None:
        """End one of your sessions, at once."""
        caller, _ = session_of(request)
        audit_change(request, session_id)
        for session in await store.of_account(caller.name, datetime.now(UTC)):
            if session.public_id == session_id:
                await store.close(session.session_id)
                return
        raise NotFoundError(f"You have no session {session_id}")

    @router.delete("", status_code=204)
    async def sign_out_everywhere(request: Request, response: Response) -> None:
        """End all your sessions, including the present session."""
        caller, _ = session_of(request)
        audit_change(request, caller.name)
        ended = await store.close_all(caller.name)
        audit_change(request, caller.name, after={"ended_sessions": ended})
        cookie.delete(response)

    return router
