"""``/api/operations``: plan, begin and control operations on many deliveries.

The service retry carries the operations out.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import StreamingResponse

from common.contracts.operation import OperationCommand, OperationKind
from portal_api.accounts.roles import Role
from portal_api.auth.audited_download import audited_download
from portal_api.auth.dependencies import audit_change, caller_of, require_role
from portal_api.exports.download import DOWNLOAD_RESPONSES, as_download
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

EXPORT_COLUMNS = (
    *(name for name in Operation.model_fields if name != "counts"),
    *(f"counts_{name}" for name in OperationCounts.model_fields),
)
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}
EXAMPLES: dict[str, Any] = {
    "filter": {
        "summary": "Every failure of one cause, slowly at first",
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
    """Return the router of operations."""
    router = APIRouter(tags=["Operations"])
    _add_plan_routes(router, store, service, connectors)
    _add_read_routes(router, store)
    _add_control_routes(router, store, service)
    _add_single_delivery_routes(router, store, service, queries)
    return router


def _add_plan_routes(
    router: APIRouter, store: Operations, service: OperationService, connectors: Connectors
) -> None:
    @router.post("/operations/plan", dependencies=[require_role(Role.OPERATOR)])
    async def plan_operation(
        selection: Annotated[Selection, Body(openapi_examples=EXAMPLES)],
    ) -> OperationPlan:
        """Plan an operation: count its deliveries by connector and cause, without beginning it."""
        planned_at = await store.now()
        conditions = await service.conditions(selection, planned_at)
        rows = await store.by_connector(conditions)
        by_id = await connectors.get_many(row["connector_id"] for row in rows)
        return OperationPlan(
            count=sum(row["count"] for row in rows),
            doable=await store.count(conditions, selection.kind),
            by_connector=[ConnectorCount.model_validate(row) for row in rows],
            by_cause=[CauseCount.model_validate(row) for row in await store.by_cause(conditions)],
            seconds=estimate_seconds(selection.per_second, rows, by_id),
            as_of=planned_at,
        )

    @router.post(
        "/operations",
        status_code=202,
        responses=CONFLICT,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def begin_operation(
        request: Request, new: Annotated[NewOperation, Body(openapi_examples=EXAMPLES)]
    ) -> Operation:
        """Begin an operation."""
        return await _submit(request, store, service, new)


def _add_read_routes(router: APIRouter, store: Operations) -> None:
    @router.get("/operations")
    async def list_operations(query: Annotated[OperationQuery, Query()]) -> OperationPage:
        """List operations, the newest first. Finished operations are deleted after ninety days."""
        items, following = await store.page(query.mongodb_query(), query.page())
        return OperationPage(items=[as_operation(item) for item in items], next=following)

    @router.get(
        "/operations/export", response_class=StreamingResponse, responses=DOWNLOAD_RESPONSES
    )
    async def export_operations(
        request: Request,
        query: Annotated[OperationExportQuery, Query()],
    ) -> StreamingResponse:
        """Export the list of operations into a file."""
        return await audited_download(
            request,
            as_download(
                "operations",
                query.format,
                partial(store.page, query.mongodb_query()),
                query.page(),
                as_operation,
                EXPORT_COLUMNS,
            ),
        )

    @router.get("/operations/{operation_id}", responses=MISSING)
    async def read_operation(operation_id: str) -> Operation:
        """Read one operation."""
        return as_operation(await store.get(operation_id))

    @router.get("/operations/{operation_id}/items", responses=MISSING)
    async def list_operation_items(
        operation_id: str, query: Annotated[ItemQuery, Query()]
    ) -> OperationItemPage:
        """List an operation's deliveries with their outcomes, the oldest delivery first."""
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


def _add_control_routes(router: APIRouter, store: Operations, service: OperationService) -> None:
    async def control(request: Request, operation_id: str, command: OperationCommand) -> Operation:
        await service.steer(operation_id, command, caller_of(request).name)
        audit_change(request, operation_id, after={"asked_to": command})
        return as_operation(await store.get(operation_id))

    @router.post(
        "/operations/{operation_id}/pause",
        responses=MISSING | CONFLICT,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def pause_operation(request: Request, operation_id: str) -> Operation:
        """Pause an operation. Deliveries under way still end."""
        return await control(request, operation_id, OperationCommand.PAUSE)

    @router.post(
        "/operations/{operation_id}/resume",
        responses=MISSING | CONFLICT,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def resume_operation(request: Request, operation_id: str) -> Operation:
        """Resume a paused or stopped operation. Its earlier failures do not stop it again."""
        return await control(request, operation_id, OperationCommand.RESUME)

    @router.post(
        "/operations/{operation_id}/cancel",
        responses=MISSING | CONFLICT,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def cancel_operation(request: Request, operation_id: str) -> Operation:
        """Cancel an operation. Waiting deliveries are skipped. Deliveries under way still end."""
        return await control(request, operation_id, OperationCommand.CANCEL)


def _add_single_delivery_routes(
    router: APIRouter, store: Operations, service: OperationService, queries: DeliveryQueries
) -> None:
    async def begin(request: Request, kind: OperationKind, delivery_id: str) -> Operation:
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
        """Retry one delivery with the present settings of its connector. It is an operation with
        one delivery.
        """
        return await begin(request, OperationKind.RETRY, delivery_id)

    @router.post(
        "/deliveries/{delivery_id}/check",
        status_code=202,
        responses=MISSING,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def check_delivery(request: Request, delivery_id: str) -> Operation:
        """Check the unknown outcome of one delivery. It is an operation with one delivery.

        The back office is asked for the record, and gets the appointment again only where it does
        not have it.
        """
        return await begin(request, OperationKind.CHECK, delivery_id)

    @router.post(
        "/deliveries/{delivery_id}/archive",
        status_code=202,
        responses=MISSING,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def archive_delivery(request: Request, delivery_id: str) -> Operation:
        """Archive one delivery. It is an operation with one delivery."""
        return await begin(request, OperationKind.ARCHIVE, delivery_id)

    @router.post(
        "/deliveries/{delivery_id}/restore",
        status_code=202,
        responses=MISSING,
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def restore_delivery(request: Request, delivery_id: str) -> Operation:
        """Restore one archived delivery. It is an operation with one delivery."""
        return await begin(request, OperationKind.RESTORE, delivery_id)


async def _submit(
    request: Request, store: Operations, service: OperationService, new: NewOperation
) -> Operation:
    operation_id = await service.submit(new, caller_of(request).name)
    audit_change(request, operation_id, after=new.audit_view())
    return as_operation(await store.get(operation_id))
