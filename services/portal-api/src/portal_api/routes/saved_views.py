"""``/api/saved-views``: filters and orders under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal_api.routes.access import caller_of, noted
from portal_api.routes.appointments import AppointmentQuery
from portal_api.routes.audit import AuditQuery
from portal_api.routes.deliveries import DeliveryQuery
from portal_api.routes.logs import LogQuery
from portal_api.routes.paging import Instant, Paged, Shown
from portal_api.routes.problems import PROBLEMS
from portal_api.saved_views.view import SavedList, SavedViewFields

if TYPE_CHECKING:
    from portal_api.saved_views.keep import Keep
    from portal_api.store.saved_views import SavedViews

QUERIES: dict[SavedList, type[BaseModel]] = {
    SavedList.APPOINTMENTS: AppointmentQuery,
    SavedList.DELIVERIES: DeliveryQuery,
    SavedList.ERRORS: DeliveryQuery,
    SavedList.LOGS: LogQuery,
    SavedList.AUDIT: AuditQuery,
}
"""What the views of each list are checked by: the list's own parameters."""
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
TAKEN: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}


class SavedViewQuery(Paged):
    """Which saved views to list."""

    model_config = ConfigDict(populate_by_name=False)

    of: SavedList | None = Field(default=None, alias="list", description="Only those of this list.")


class SavedView(Shown):
    """A filter and order of a list under a name."""

    saved_view_id: str
    owner: str
    name: str
    of: SavedList = Field(alias="list")
    query: dict[str, Any]
    shared: bool
    changed_at: Instant


class SavedViewPage(BaseModel):
    """One page of saved views, by name."""

    items: list[SavedView]
    next: str | None


def saved_views(store: SavedViews, keep: Keep) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/saved-views", tags=["Saved views"])

    @router.get("")
    async def list_saved_views(request: Request, query: Annotated[SavedViewQuery, Query()]) -> SavedViewPage:
        """List your own and the shared views, by name."""
        items, following = await store.page(caller_of(request).name, query.of, query.limit, query.after)
        return SavedViewPage(items=[_shown(item) for item in items], next=following)

    @router.post("", status_code=201, responses=TAKEN)
    async def create_saved_view(request: Request, fields: Annotated[SavedViewFields, Body()]) -> SavedView:
        """Keep a view; at most two hundred of each account."""
        view = _shown(await keep.create(caller_of(request), _checked(fields)))
        noted(request, view.saved_view_id, after=view.model_dump(mode="json", by_alias=True))
        return view

    @router.get("/{saved_view_id}", responses=MISSING)
    async def read_saved_view(request: Request, saved_view_id: str) -> SavedView:
        """Read one view."""
        return _shown(await keep.one(caller_of(request), saved_view_id))

    @router.put("/{saved_view_id}", responses=MISSING | TAKEN)
    async def change_saved_view(request: Request, saved_view_id: str, fields: Annotated[SavedViewFields, Body()]) -> SavedView:
        """Change a view of your own; an admin may change every shared one."""
        before, after = await keep.change(caller_of(request), saved_view_id, _checked(fields))
        noted(request, saved_view_id, _shown(before).model_dump(mode="json", by_alias=True), _shown(after).model_dump(mode="json", by_alias=True))
        return _shown(after)

    @router.delete("/{saved_view_id}", status_code=204, responses=MISSING)
    async def remove_saved_view(request: Request, saved_view_id: str) -> None:
        """Remove a view of your own; an admin may remove every shared one."""
        noted(request, saved_view_id, before=_shown(await keep.remove(caller_of(request), saved_view_id)).model_dump(mode="json", by_alias=True))

    return router


def _checked(fields: SavedViewFields) -> dict[str, Any]:
    """Return what is kept; a query that the list refuses is refused here, in the list's own words."""
    try:
        query = fields.checked_by(QUERIES[fields.of])
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", "query", *one["loc"])} for one in error.errors()]) from error
    return {"name": fields.name.strip(), "list": fields.of, "query": query, "shared": fields.shared}


def _shown(view: dict[str, Any]) -> SavedView:
    return SavedView.model_validate(view | {"saved_view_id": view["_id"]})
