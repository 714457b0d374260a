"""``/api/saved-views``: filters and orders of lists, saved under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from portal_api.accounts.audit_schemas import AuditQuery
from portal_api.appointments.schemas import AppointmentQuery
from portal_api.auth.dependencies import audit_change, caller_of
from portal_api.deliveries.schemas import DeliveryQuery
from portal_api.logs.schemas import LogQuery
from portal_api.saved_views.schemas import (
    SavedList,
    SavedView,
    SavedViewFields,
    SavedViewPage,
    SavedViewQuery,
    as_saved_view,
)
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.saved_views.save import SavedViewService
    from portal_api.store.saved_views import SavedViews

QUERIES: dict[SavedList, type[BaseModel]] = {
    SavedList.APPOINTMENTS: AppointmentQuery,
    SavedList.DELIVERIES: DeliveryQuery,
    SavedList.ERRORS: DeliveryQuery,
    SavedList.LOGS: LogQuery,
    SavedList.AUDIT: AuditQuery,
}
"""The parameters of each list, which validate the query of a view."""
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}


def saved_views(store: SavedViews, service: SavedViewService) -> APIRouter:
    """Return the router of saved views."""
    router = APIRouter(prefix="/saved-views", tags=["Saved views"])

    @router.get("")
    async def list_saved_views(
        request: Request, query: Annotated[SavedViewQuery, Query()]
    ) -> SavedViewPage:
        """List your own and the shared views, by name."""
        caller = caller_of(request)
        items, following = await store.page(caller.name, query.of, query.limit, query.after)
        return SavedViewPage(items=[as_saved_view(item, caller) for item in items], next=following)

    @router.post("", status_code=201, responses=CONFLICT)
    async def create_saved_view(
        request: Request, fields: Annotated[SavedViewFields, Body()]
    ) -> SavedView:
        """Save a view. Each account can have two hundred."""
        view = await service.create(caller_of(request), _validated(fields))
        audit_change(request, view["_id"], after=_audit_view(view))
        return as_saved_view(view, caller_of(request))

    @router.get("/{saved_view_id}", responses=MISSING)
    async def read_saved_view(request: Request, saved_view_id: str) -> SavedView:
        """Read one view."""
        return as_saved_view(
            await service.get(caller_of(request), saved_view_id), caller_of(request)
        )

    @router.put("/{saved_view_id}", responses=MISSING | CONFLICT)
    async def change_saved_view(
        request: Request, saved_view_id: str, fields: Annotated[SavedViewFields, Body()]
    ) -> SavedView:
        """Change one of your views. An admin can change every shared view."""
        before, after = await service.change(caller_of(request), saved_view_id, _validated(fields))
        audit_change(request, saved_view_id, _audit_view(before), _audit_view(after))
        return as_saved_view(after, caller_of(request))

    @router.delete("/{saved_view_id}", status_code=204, responses=MISSING)
    async def remove_saved_view(request: Request, saved_view_id: str) -> None:
        """Delete one of your views. An admin can delete every shared view."""
        audit_change(
            request,
            saved_view_id,
            before=_audit_view(await service.remove(caller_of(request), saved_view_id)),
        )

    return router


def _validated(fields: SavedViewFields) -> dict[str, Any]:
    """Return the fields to store.

    Raises RequestValidationError with the errors of the list for a query that the list refuses.
    """
    try:
        query = fields.validated_query(QUERIES[fields.of])
    except ValidationError as error:
        raise RequestValidationError(
            [{**item, "loc": ("body", "query", *item["loc"][:1])} for item in error.errors()]
        ) from error
    return {"name": fields.name.strip(), "list": fields.of, "query": query, "shared": fields.shared}


def _audit_view(view: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a view for the audit."""
    return {name: view[name] for name in ("name", "list", "query", "shared")}
