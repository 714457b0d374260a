"""Which deliveries an operation is about: named one by one, or those of the list that an
administrator is looking at.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from common.contracts.message import DeliveryId
from common.contracts.operation import MOST_IDS, OperationKind
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.schemas.types import Moment

DEFAULT_PER_SECOND, MOST_LISTED_IDS = 50.0, 20


class Selection(BaseModel):
    """Either ``delivery_ids`` or ``filter``. To restore means what is archived, unless the
    filter says otherwise.
    """

    model_config = ConfigDict(extra="forbid")

    kind: OperationKind
    delivery_ids: list[DeliveryId] | None = Field(
        default=None, min_length=1, max_length=MOST_IDS, description="The deliveries, one by one."
    )
    filter: Annotated[
        DeliveryFilter | None,
        Field(validate_default=True, description="The deliveries of the list with these filters."),
    ] = None
    per_second: float = Field(
        default=DEFAULT_PER_SECOND,
        strict=True,
        gt=0,
        le=10_000,
        description="How many deliveries per second at most.",
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
            raise ValueError("name either delivery_ids or a filter")
        return value

    def ids(self) -> list[str] | None:
        """Return the named deliveries, each once."""
        return None if self.delivery_ids is None else list(dict.fromkeys(self.delivery_ids))

    def effective_filter(self) -> DeliveryFilter | None:
        """Return the filter as it is meant."""
        if (
            self.filter is None
            or self.kind is not OperationKind.RESTORE
            or "archived" in self.filter.model_fields_set
        ):
            return self.filter
        return self.filter.model_copy(update={"archived": True})


class NewOperation(Selection):
    """An operation to carry out."""

    ramp: bool = Field(
        default=False,
        strict=True,
        description=(
            "Begin with 1, then 5, then 25 deliveries; each step waits until the one "
            "before is known."
        ),
    )
    stop_at_failure_share: float | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=1,
        description="Stop by itself when more than this share failed; none = never.",
    )
    expected_count: int | None = Field(
        default=None,
        strict=True,
        ge=0,
        description=(
            "How many deliveries the plan named. Without `as_of` another number by now is answered "
            "with 409."
        ),
    )
    as_of: Annotated[
        Moment | None,
        Field(
            description=(
                "The plan's `as_of`: of a filter's deliveries exactly those that the plan named "
                "are meant. Those that changed since are left out; 409 after an hour, or when "
                "nothing is left."
            )
        ),
    ] = None

    def audit_view(self) -> dict[str, Any]:
        """Return it for the audit: of many named deliveries their number, which the operation's own
        list spells out.
        """
        view = self.model_dump(mode="json", exclude_unset=True, exclude={"delivery_ids"})
        ids = self.ids() or []
        named = {"delivery_ids": ids} if len(ids) <= MOST_LISTED_IDS else {"deliveries": len(ids)}
        return view | (named if ids else {})
