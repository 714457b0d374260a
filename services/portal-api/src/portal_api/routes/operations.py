"""``/api/operations``: retry, archive and restore many deliveries at once, planned first; retry
carries them out.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import StreamingResponse

from common.contracts.operation import OperationCommand, OperationKind
from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import audit_change, caller_of, require_role
from portal_api.exports.download import ANSWERS, as_download
from portal_api.operations.plan import estimate_seconds
from portal_api.operations.schemas import (
    CauseCount,
    ConnectorCount,
    ItemQuery,
    Operation,
    OperationCounts,
    OperationExportQuery,
    OperationItem,
    OperationItemPage,
    OperationPage,
    OperationPlan,
    OperationQuery,
    as_operation,
)
from portal_api.operations.selection import NewOperation, Selection
from portal_api.schemas.paging import Page
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.operations.submit import OperationService
    from portal_api.store.connectors import Connectors
    from portal_api.store.deliveries import DeliveryQueries
    from portal_api.store.operations import Operations

COLUMNS = (
    *(name for name in Operation.model_fields if name != "counts"),
    *(f"counts_{name}" for name in OperationCounts.model_fields),
)
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
CHANGED: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}
EXAMPLES: dict[str, Any] = {
    "filter": {
        "summary": "Every failure of one cause, carefully",
        "value": {
            "kind": "retry",
            "filter": {"cause": "0f3c2a9d1b7e6548"},
            "per_second": 5,
            "ramp": True,
        },
    },
    "ids": {
        "summary": "Two deliveries",
        "value": {"kind": "archive", "delivery_ids": ["3f1c.c1", "77ab.c1"], "expected_count": 2},
    },
}


def operations(
    store: Operations, service: OperationService, queries: DeliveryQueries, connectors: Connectors
) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["Operations"])
    _planning(router, store, service, connectors)
    _reading(router, store)
    _steering(router, store, service)
    _single(router, store, service, queries)
    return router


def _planning(
    router: APIRouter, store: Operations, service: OperationService, connectors: Connectors
) -> None:
    @router.post("/operations/plan", dependencies=[require_role(Role.OPERATOR)])
    async def plan_operation(
        choice: Annotated[Selection, Body(openapi_examples=EXAMPLES)],
    ) -> OperationPlan:
        """Say what an operation would be about, and do nothing."""
        moment = await store.now()
        conditions = await service.conditions(choice, moment)
        rows = await store.by_connector(conditions)
        known = await connectors.get_many(row["connector_id"] for row in rows)
        return OperationPlan(
            count=sum(row["count"] for row in rows),
            doable=await store.count(conditions, choice.kind),
            by_connector=[ConnectorCount.model_validate(row) for row in rows],
            by_cause=[CauseCount.model_validate(row) for row in await store.by_cause(conditions)],
            seconds=estimate_seconds(choice.per_second, rows, known),
            as_of=moment,
        )

    @router.post(
        "/operations",
        status_code=202,
        responses=CHANGED,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def begin_operation(
        request: Request, new: Annotated[NewOperation, Body(openapi_examples=EXAMPLES)]
    ) -> Operation:
        """Have an operation carried out."""
        return await _submit(request, store, service, new)


def _reading(router: APIRouter, store: Operations) -> None:
    @router.get("/operations")
    async def list_operations(query: Annotated[OperationQuery, Query()]) -> OperationPage:
        """List operations, the newest first; finished ones are kept for ninety days."""
        items, following = await store.page(query.wanted(), query.page())
        return OperationPage(items=[as_operation(item) for item in items], next=following)

    @router.get("/operations/export", response_class=StreamingResponse, responses=ANSWERS)
    async def export_operations(
        query: Annotated[OperationExportQuery, Query()],
    ) -> StreamingResponse:
        """Write every operation of a list into a file."""
        return await as_download(
            "operations",
            query.format,
            partial(store.page, query.wanted()),
            query.page(),
            as_operation,
            COLUMNS,
        )

    @router.get("/operations/{operation_id}", responses=MISSING)
    async def read_operation(operation_id: str) -> Operation:
        """Read one operation."""
        return as_operation(await store.get(operation_id))

    @router.get("/operations/{operation_id}/items", responses=MISSING)
    async def list_operation_items(
        operation_id: str, query: Annotated[ItemQuery, Query()]
    ) -> OperationItemPage:
        """List an operation's deliveries with what they came to, the oldest delivery first."""
        await store.get(operation_id)
        wanted = query.model_dump(include={"outcome"}, exclude_none=True)
        items, following = await store.items(
            operation_id,
            wanted,
            Page("order", is_descending=False, limit=query.limit, after=query.after),
        )
        return OperationItemPage(
            items=[OperationItem.model_validate(item) for item in items], next=following
        )


def _steering(router: APIRouter, store: Operations, service: OperationService) -> None:
    async def steered(request: Request, operation_id: str, steer: OperationCommand) -> Operation:
        await service.steer(operation_id, steer, caller_of(request).name)
        audit_change(request, operation_id, after={"asked_to": steer})
        return as_operation(await store.get(operation_id))

    @router.post(
        "/operations/{operation_id}/pause",
        responses=MISSING | CHANGED,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def pause_operation(request: Request, operation_id: str) -> Operation:
        """Ask for no more deliveries until it is resumed; what is under way comes to its end."""
        return await steered(request, operation_id, OperationCommand.PAUSE)

    @router.post(
        "/operations/{operation_id}/resume",
        responses=MISSING | CHANGED,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def resume_operation(request: Request, operation_id: str) -> Operation:
        """Go on with a paused operation, or with a stopped one: what had failed until then does
        not stop it again.
        """
        return await steered(request, operation_id, OperationCommand.RESUME)

    @router.post(
        "/operations/{operation_id}/cancel",
        responses=MISSING | CHANGED,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def cancel_operation(request: Request, operation_id: str) -> Operation:
        """End it: what is waiting is skipped, what is under way comes to its end."""
        return await steered(request, operation_id, OperationCommand.CANCEL)


def _single(
    router: APIRouter, store: Operations, service: OperationService, queries: DeliveryQueries
) -> None:
    async def one(request: Request, kind: OperationKind, delivery_id: str) -> Operation:
        await queries.delivery(delivery_id)
        return await _submit(
            request, store, service, NewOperation(kind=kind, delivery_ids=[delivery_id])
        )

    @router.post(
        "/deliveries/{delivery_id}/retry",
        status_code=202,
        responses=MISSING,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def retry_delivery(request: Request, delivery_id: str) -> Operation:
        """Retry one delivery, with the connector's settings as they are now: an
        operation of one.
        """
        return await one(request, OperationKind.RETRY, delivery_id)

    @router.post(
        "/deliveries/{delivery_id}/archive",
        status_code=202,
        responses=MISSING,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def archive_delivery(request: Request, delivery_id: str) -> Operation:
        """Take one delivery out of the lists: an operation of one."""
        return await one(request, OperationKind.ARCHIVE, delivery_id)

    @router.post(
        "/deliveries/{delivery_id}/restore",
        status_code=202,
        responses=MISSING,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def restore_delivery(request: Request, delivery_id: str) -> Operation:
        """Bring one archived delivery back: an operation of one."""
        return await one(request, OperationKind.RESTORE, delivery_id)


async def _submit(
    request: Request, store: Operations, service: OperationService, new: NewOperation
) -> Operation:
    operation_id = await service.submit(new, caller_of(request).name)
    audit_change(request, operation_id, after=new.audit_view())
    return as_operation(await store.get(operation_id))
