"""``/api/deliveries/…``: the snapshot of a delivery, the calls of an attempt, and its answer.

They may hold personal data. Each read is in the audit, as each export is (OWASP ASVS 4.0.3, 8.3.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import audit_draft_of, require_role
from portal_api.errors import ConflictError, NotFoundError
from portal_api.payloads.curl import curl_command
from portal_api.payloads.read import attempt_of, attempted, payload_json
from portal_api.payloads.schemas import MappedRequest, Payload, StoredAnswer
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.payloads.request_views import RequestViews
    from portal_api.store.deliveries import DeliveryQueries
    from portal_api.store.payloads import PayloadQueries

MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
UNMAPPED: dict[int | str, dict[str, Any]] = MISSING | {
    409: PROBLEMS[409] | {"description": "The snapshot cannot be mapped."},
    410: PROBLEMS[410],
}
MAX_ATTEMPT = 2**31 - 1
NO_ANSWER = (
    "No answer is stored for attempt {}. Only failed attempts with an answer have one, and it is "
    "deleted after the time of the setting PORTAL_API_ANSWERS_DAYS."
)
Attempt = Annotated[
    int, Path(ge=1, le=MAX_ATTEMPT, description="The number of a finished attempt of the delivery.")
]


def payloads(store: PayloadQueries, queries: DeliveryQueries, views: RequestViews) -> APIRouter:
    """Return the router of payloads, requests and answers."""
    router = APIRouter(
        prefix="/deliveries/{delivery_id}",
        tags=["Transactions"],
        dependencies=[require_role(Role.OPERATOR)],
    )

    @router.get("/payload", responses=MISSING | {200: {"model": Payload}}, response_model=None)
    async def read_payload(request: Request, delivery_id: str) -> Response:
        """Read the snapshot of a delivery exactly as Dime.Scheduler sent it, and its differences
        from the version before.
        """
        await _audit_read(request, delivery_id)
        text = await payload_json(store, await queries.delivery(delivery_id))
        return Response(text.encode(errors="replace"), media_type="application/json")

    @router.get("/attempts/{attempt}/request", responses=UNMAPPED)
    async def read_request(request: Request, delivery_id: str, attempt: Attempt) -> MappedRequest:
        """Read the calls of an attempt, mapped again by a dispatcher, with secrets masked. Nothing
        is sent to the back office.
        """
        await _audit_read(request, delivery_id, attempt)
        asked = await attempted(store, await queries.delivery(delivery_id), attempt)
        mapped = await views.run(asked)
        if mapped.problem is not None:
            raise ConflictError(mapped.problem)
        calls = [call.model_dump() | {"curl": curl_command(call)} for call in mapped.calls]
        return MappedRequest.model_validate(
            {
                "calls": calls,
                "connector_version": asked.connector_version,
                "action": asked.action,
                "mapped_by": mapped.mapped_by,
            }
        )

    @router.get("/attempts/{attempt}/answer", responses=MISSING)
    async def read_answer(request: Request, delivery_id: str, attempt: Attempt) -> StoredAnswer:
        """Read the answer of the back office to a failed attempt, with secrets masked."""
        await _audit_read(request, delivery_id, attempt)
        attempt_of(await queries.delivery(delivery_id), attempt)
        answer = await store.answer(delivery_id, attempt)
        if answer is None:
            raise NotFoundError(NO_ANSWER.format(attempt))
        return StoredAnswer.model_validate(answer)

    return router


async def _audit_read(request: Request, delivery_id: str, attempt: int | None = None) -> None:
    """Store the audit entry before anything is read. Raises StoreUnavailableError."""
    draft = audit_draft_of(request)
    draft.set_change(delivery_id, None, None if attempt is None else {"attempt": attempt})
    await draft.begin()
