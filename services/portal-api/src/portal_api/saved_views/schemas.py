"""What a saved view is, and when a list would take it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from portal_api.schemas.examples import SAVED_VIEW_FIELDS, VIEW, page_of
from portal_api.schemas.paging import PageQuery, ResponseModel
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller

PLACE = ("after",)
"""Parameters that say where somebody is in a list, not what they look at."""
Value = Annotated[str, Field(max_length=1000)] | bool | int | float


class SavedList(StrEnum):
    """The list that a view is of."""

    APPOINTMENTS = "appointments"
    DELIVERIES = "deliveries"
    ERRORS = "errors"
    LOGS = "logs"
    AUDIT = "audit"


class SavedViewFields(BaseModel):
    """A view to keep: ``query`` holds the list's own parameters, as in its address."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": SAVED_VIEW_FIELDS})

    name: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"\S",
        description="Yours alone among your views of this list.",
    )
    of: SavedList = Field(alias="list", description="The list whose parameters these are.")
    query: dict[str, Value | list[Value]] = Field(
        default={},
        max_length=100,
        description="The list's parameters, its order too; one that the list refuses is refused.",
    )
    shared: bool = Field(
        default=False,
        strict=True,
        description="Whether everybody sees it; that needs the role operator.",
    )

    def checked_by(self, model: type[BaseModel]) -> dict[str, Any]:
        """Return the query as it is kept; raises what the list would say of it (pydantic's
        ValidationError).
        """
        given = {name: value for name, value in self.query.items() if name not in PLACE}
        kept: dict[str, Any] = model.model_validate(given).model_dump(
            mode="json", include=set(given)
        )
        return kept


class SavedViewQuery(PageQuery):
    """Which saved views to list."""

    model_config = ConfigDict(populate_by_name=False)

    of: SavedList | None = Field(default=None, alias="list", description="Only those of this list.")


class SavedView(ResponseModel):
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


def as_saved_view(view: dict[str, Any], caller: Caller) -> SavedView:
    """Return a stored view as the API shows it to this caller."""
    return SavedView.model_validate(
        view | {"saved_view_id": view["_id"], "mine": view["owner"] == caller.name}
    )
