"""The deliveries of an operation, selected by id or by the filter of the list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from bson import json_util
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from common.contracts.message import DeliveryId
from common.contracts.operation import MAX_IDS, OperationKind
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.schemas.types import Moment
from portal_api.store.forward import RECORDED_AT

if TYPE_CHECKING:
    from datetime import datetime

DEFAULT_PER_SECOND, MAX_LISTED_IDS = 50.0, 20


class Selection(BaseModel):
    """Either ``delivery_ids`` or ``filter``. A restore selects archived deliveries, unless the
    filter has ``archived``.
    """

    model_config = ConfigDict(extra="forbid")

    kind: OperationKind
    delivery_ids: list[DeliveryId] | None = Field(
        default=None, min_length=1, max_length=MAX_IDS, description="The ids of the deliveries."
    )
    filter: Annotated[
        DeliveryFilter | None,
        Field(
            validate_default=True, description="Filters of the list. They select its deliveries."
        ),
    ] = None
    per_second: float = Field(
        default=DEFAULT_PER_SECOND,
        strict=True,
        gt=0,
        le=10_000,
        description="The maximum number of deliveries per second.",
    )

    @field_validator("filter", mode="before")
    @classmethod
    def _is_typed(cls, value: object) -> object:
        return DeliveryFilter.check_body(value)

    @field_validator("filter")
    @classmethod
    def _is_one_of_two(
        cls, value: DeliveryFilter | None, info: ValidationInfo
    ) -> DeliveryFilter | None:
        if "delivery_ids" in info.data and (value is None) == (info.data["delivery_ids"] is None):
            raise ValueError("send either delivery_ids or a filter")
        return value

    def ids(self) -> list[str] | None:
        """Return the ids of the selected deliveries, each once."""
        return None if self.delivery_ids is None else list(dict.fromkeys(self.delivery_ids))

    def effective_filter(self) -> DeliveryFilter | None:
        """Return the filter with the default of a restore."""
        if (
            self.filter is None
            or self.kind is not OperationKind.RESTORE
            or "archived" in self.filter.model_fields_set
        ):
            return self.filter
        return self.filter.model_copy(update={"archived": True})


class NewOperation(Selection):
    """An operation to run."""

    ramp: bool = Field(
        default=False,
        strict=True,
        description=(
            "Begin with 1, then 5, then 25 deliveries. Each step waits for the results of the "
            "step before."
        ),
    )
    stop_at_failure_share: float | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=1,
        description=(
            "Stop the operation when more than this share of deliveries failed. Without it, the "
            "operation never stops by itself."
        ),
    )
    expected_count: int | None = Field(
        default=None,
        strict=True,
        ge=0,
        description=(
            "The number of deliveries in the plan. Without `as_of`, a different current number is"
            " answered with 409."
        ),
    )
    as_of: Annotated[
        Moment | None,
        Field(
            description=(
                "The plan's `as_of`. A filter then selects exactly the deliveries of the plan. "
                "Deliveries that changed since are left out. The answer is 409 after an hour, or "
                "when no delivery is left."
            )
        ),
    ] = None

    def audit_view(self) -> dict[str, Any]:
        """Return the operation for the audit.

        Many ids are replaced by their number, because the operation's items list them.
        """
        view = self.model_dump(mode="json", exclude_unset=True, exclude={"delivery_ids"})
        ids = self.ids() or []
        named = {"delivery_ids": ids} if len(ids) <= MAX_LISTED_IDS else {"deliveries": len(ids)}
        return view | (named if ids else {})


def unchanged_since(conditions: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return the conditions without the deliveries that were recorded after this time."""
    return {"$and": [conditions, {RECORDED_AT: {"$not": {"$gt": at}}}]}


def as_extended_json(conditions: dict[str, Any]) -> dict[str, Any]:
    """Return the conditions as MongoDB's extended JSON, the form in messages."""
    extended: dict[str, Any] = json.loads(
        json_util.dumps(conditions, json_options=json_util.RELAXED_JSON_OPTIONS)
    )
    return extended
