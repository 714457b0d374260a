"""Which deliveries an operation is about: named one by one, or those of the list that an administrator is looking at."""

from __future__ import annotations

from typing import Annotated, Any, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from common.contracts.message import DeliveryId
from common.contracts.operation import MOST_IDS, OperationKind
from portal_api.deliveries.filter import DeliveryFilter

PER_SECOND, FEW = 50.0, 20


class Choice(BaseModel):
    """Either ``delivery_ids`` or ``filter``. To restore means what is archived, unless the filter says otherwise."""

    model_config = ConfigDict(extra="forbid")

    kind: OperationKind
    delivery_ids: list[DeliveryId] | None = Field(default=None, min_length=1, max_length=MOST_IDS, description="The deliveries, one by one.")
    filter: Annotated[DeliveryFilter | None, Field(validate_default=True, description="The deliveries of the list with these filters.")] = None
    per_second: float = Field(default=PER_SECOND, gt=0, le=10_000, description="How many deliveries per second at most.")

    @field_validator("filter", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Take one value where several may be: a list's address says them alike."""
        return {name: _several(name, said) for name, said in value.items()} if isinstance(value, dict) else value

    @field_validator("filter")
    @classmethod
    def _is_one_of_two(cls, value: DeliveryFilter | None, info: ValidationInfo) -> DeliveryFilter | None:
        if "delivery_ids" in info.data and (value is None) == (info.data["delivery_ids"] is None):
            raise ValueError("name either delivery_ids or a filter")
        return value

    def ids(self) -> list[str] | None:
        """Return the named deliveries, each once."""
        return None if self.delivery_ids is None else list(dict.fromkeys(self.delivery_ids))

    def wanted(self) -> dict[str, Any]:
        """Return the filter's conditions in the store's words; the phase is the reader's."""
        assert self.filter is not None  # noqa: S101 - one of the two is there
        wanted = self.filter.wanted()
        if self.kind is OperationKind.RESTORE and "archived" not in self.filter.model_fields_set:
            return wanted | {"archived": True}
        return wanted


def _several(name: str, said: Any) -> Any:
    field = DeliveryFilter.model_fields.get(name)
    takes_several = field is not None and get_origin(field.annotation) is tuple
    return [said] if takes_several and isinstance(said, str | int) else said


class NewOperation(Choice):
    """An operation to carry out."""

    ramp: bool = Field(default=False, description="Begin with 1, then 5, then 25 deliveries; each step waits until the one before is known.")
    stop_at_failure_share: float | None = Field(default=None, ge=0, le=1, description="Stop by itself when more than this share failed; none = never.")
    expected_count: int | None = Field(default=None, ge=0, description="How many deliveries the plan named; another number by now is answered with 409.")

    def told(self) -> dict[str, Any]:
        """Return it for the audit: of many named deliveries their number, which the operation's own list spells out."""
        asked = self.model_dump(mode="json", exclude_unset=True, exclude={"delivery_ids"})
        ids = self.ids() or []
        named = {"delivery_ids": ids} if len(ids) <= FEW else {"deliveries": len(ids)}
        return asked | (named if ids else {})
