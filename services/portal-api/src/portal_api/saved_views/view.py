"""What a saved view is, and when a list would take it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from portal_api.schemas.examples import SAVED_VIEW_FIELDS

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
