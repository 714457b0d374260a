"""The system of a connector, and the entered fields whose meaning or default depends on it."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, Field, StrictBool, ValidationError, model_validator

from common.contracts.connector import BUSINESS_CENTRAL, CRM, NAV, SYSTEMS, WEBHOOK, kind_of
from common.contracts.mapping import MAPPINGS, check_entered
from portal_api.connectors.entered import refusal

NEWEST_ONLY_SYSTEMS = (BUSINESS_CENTRAL, NAV, CRM)
"""The systems that keep records. The receiver of a webhook may want every change."""


def is_newest_only_by_default(system: str | None) -> bool:
    """Return whether a new connector of the system sends only the newest waiting version."""
    return system in NEWEST_ONLY_SYSTEMS


class SystemFields(BaseModel):
    """The entered fields that depend on the system."""

    system: str | None = Field(
        default=None, max_length=50, description=f"{', '.join(SYSTEMS[:-1])} or {SYSTEMS[-1]}."
    )
    api_type: str | None = Field(
        default=None, max_length=20, description="SOAP or REST. Business Central has both."
    )
    mapping: dict[str, Any] | None = Field(
        default=None,
        description="Names that differ from the defaults of the system. See the operations guide.",
    )
    sends_missing_create: StrictBool = Field(
        default=True,
        description=(
            "Whether a newer version of an appointment is sent as a create when the back office "
            "never received the create."
        ),
    )
    newest_only: StrictBool | None = Field(
        default=None,
        description=(
            "Whether older waiting versions of an appointment are skipped when a newer one waits. "
            f"Omitted, a new connector of {', '.join(NEWEST_ONLY_SYSTEMS[:-1])} or "
            f"{NEWEST_ONLY_SYSTEMS[-1]} has true, another new one false, and a changed connector "
            "keeps its value."
        ),
    )
    recognises_delivery_id: StrictBool = Field(
        default=False,
        description=(
            "Whether the receiver of a webhook recognises a repeated webhook-id, so that an "
            f"attempt without an answer is repeated. Only for {WEBHOOK}."
        ),
    )
    missing_after_s: float = Field(
        default=600.0,
        strict=True,
        ge=0,
        le=86_400,
        description=(
            "Seconds after an attempt without an answer, from which a record that the back office "
            "does not show counts as missing."
        ),
    )

    @model_validator(mode="after")
    def _mapping_fits(self) -> Self:
        """Refuse names that the system does not have."""
        if self.mapping is not None:
            _check_mapping(self.mapping, kind_of(self.system, self.api_type))
        return self

    @model_validator(mode="after")
    def _delivery_ids_fit(self) -> Self:
        """Refuse the switch for systems that get no ``webhook-id``."""
        if self.recognises_delivery_id and self.system != WEBHOOK:
            raise refusal(
                ("recognises_delivery_id",), f"must be false, because only {WEBHOOK} has it"
            )
        return self


def _check_mapping(mapping: dict[str, Any], kind: tuple[str, str]) -> None:
    if kind not in MAPPINGS:
        raise ValueError("mapping: this system and API type have no names to map")
    try:
        check_entered(mapping, kind)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ValueError(f"mapping.{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
