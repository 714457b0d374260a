"""``/api/saved-views``: filters and orders under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal_api.auth.dependencies import caller_of, noted
from portal_api.routes.appointments import AppointmentQuery
from portal_api.routes.audit import AuditQuery
from portal_api.routes.deliveries import DeliveryQuery
from portal_api.routes.logs import LogQuery
from portal_api.saved_views.view import SavedList, SavedViewFields
from portal_api.schemas.examples import VIEW, page_of
from portal_api.schemas.paging import Paged, Shown
from portal_api.schemas.problems import PROBLEMS
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller
    from portal_api.saved_views.save import Keep
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
    mine: bool = Field(description="Whether it is the caller's own.")
    name: str
    of: SavedList = Field(alias="list")
    query: dict[str, Any]
    shared: bool
    changed_at: Instant


class SavedViewPage(BaseModel):
    """One page of saved views, by name."""

    model_config = ConfigDict(json_schema_extra=page_of(VIEW))

    items: list[SavedView]
    next: str | None


def saved_views(store: SavedViews, keep: Keep) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/saved-views", tags=["Saved views"])

    @router.get("")
    async def list_saved_views(
        request: Request, query: Annotated[SavedViewQuery, Query()]
    ) -> SavedViewPage:
        """List your own and the shared views, by name."""
        caller = caller_of(request)
        items, following = await store.page(caller.name, query.of, query.limit, query.after)
        return SavedViewPage(items=[_shown(item, caller) for item in items], next=following)

    @router.post("", status_code=201, responses=TAKEN)
    async def create_saved_view(
        request: Request, fields: Annotated[SavedViewFields, Body()]
    ) -> SavedView:
        """Keep a view; at most two hundred of each account."""
        view = await keep.create(caller_of(request), _checked(fields))
        noted(request, view["_id"], after=_kept(view))
        return _shown(view, caller_of(request))

    @router.get("/{saved_view_id}", responses=MISSING)
    async def read_saved_view(request: Request, saved_view_id: str) -> SavedView:
        """Read one view."""
        return _shown(await keep.one(caller_of(request), saved_view_id), caller_of(request))

    @router.put("/{saved_view_id}", responses=MISSING | TAKEN)
    async def change_saved_view(
        request: Request, saved_view_id: str, fields: Annotated[SavedViewFields, Body()]
    ) -> SavedView:
        """Change a view of your own; an admin may change every shared one."""
        before, after = await keep.change(caller_of(request), saved_view_id, _checked(fields))
        noted(request, saved_view_id, _kept(before), _kept(after))
        return _shown(after, caller_of(request))

    @router.delete("/{saved_view_id}", status_code=204, responses=MISSING)
    async def remove_saved_view(request: Request, saved_view_id: str) -> None:
        """Remove a view of your own; an admin may remove every shared one."""
        noted(
            request,
            saved_view_id,
            before=_kept(await keep.remove(caller_of(request), saved_view_id)),
        )

    return router


def _checked(fields: SavedViewFields) -> dict[str, Any]:
    """Return what is kept; a query that the list refuses is refused here, in the
    list's own words.
    """
    try:
        query = fields.checked_by(QUERIES[fields.of])
    except ValidationError as error:
        raise RequestValidationError(
            [{**one, "loc": ("body", "query", *one["loc"][:1])} for one in error.errors()]
        ) from error
    return {"name": fields.name.strip(), "list": fields.of, "query": query, "shared": fields.shared}


def _shown(view: dict[str, Any], caller: Caller) -> SavedView:
    return SavedView.model_validate(
        view | {"saved_view_id": view["_id"], "mine": view["owner"] == caller.name}
    )


def _kept(view: dict[str, Any]) -> dict[str, Any]:
    """Return what the audit keeps of it."""
    return {name: view[name] for name in ("name", "list", "query", "shared")}
