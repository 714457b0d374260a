"""Requests and responses of saved views, and the validation of their queries."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from portal_api.schemas.examples import SAVED_VIEW_FIELDS, VIEW, page_of
from portal_api.schemas.paging import PageQuery, ResponseModel
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller

PAGING_PARAMETERS = ("after",)
"""Parameters of the position in a list. They are not saved."""
Value = Annotated[str, Field(max_length=1000)] | bool | int | float


class SavedList(StrEnum):
    """The list that a view belongs to."""

    APPOINTMENTS = "appointments"
    DELIVERIES = "deliveries"
    ERRORS = "errors"
    LOGS = "logs"
    AUDIT = "audit"


class SavedViewFields(BaseModel):
    """A view to save. ``query`` contains the parameters of the list, as in its URL."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": SAVED_VIEW_FIELDS})

    name: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"\S",
        description="Unique among your views of this list.",
    )
    of: SavedList = Field(alias="list", description="The list that the parameters belong to.")
    query: dict[str, Value | list[Value]] = Field(
        default={},
        max_length=100,
        description="Parameters of the list, including its order. They must be valid for the list.",
    )
    shared: bool = Field(
        default=False,
        strict=True,
        description="Whether all accounts see the view. Sharing needs the role operator.",
    )

    def validated_query(self, model: type[BaseModel]) -> dict[str, Any]:
        """Return the query of the view as it is stored.

        Raises the ValidationError of the list's model, so that the list's own messages are shown.
        """
        parameters = {
            name: value for name, value in self.query.items() if name not in PAGING_PARAMETERS
        }
        validated = model.model_validate(parameters)
        return validated.model_dump(mode="json", include=set(parameters))


class SavedViewQuery(PageQuery):
    """Filter of the list of saved views."""

    model_config = ConfigDict(populate_by_name=False)

    of: SavedList | None = Field(
        default=None, alias="list", description="Only the views of this list."
    )


class SavedView(ResponseModel):
    """A saved filter and order of a list."""

    saved_view_id: str
    owner: str
    mine: bool = Field(description="Whether the view belongs to the caller.")
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
