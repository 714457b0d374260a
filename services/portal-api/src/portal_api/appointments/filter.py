"""Which appointments are wanted: the conditions of the list, the export and the saved views."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from common.contracts.delivery import Phase, Status
from portal_api.appointments.columns import COLUMNS
from portal_api.appointments.outcomes import outcome_condition
from portal_api.lists.appointment_conditions import AppointmentConditions
from portal_api.lists.conditions import words_condition
from portal_api.lists.terms import (
    AnyOf,
    Begins,
    Empty,
    From,
    Search,
    Texts,
    To,
    WrittenFrom,
    WrittenTo,
)


class AppointmentFilter(AppointmentConditions):
    """Conditions on appointments; all of them must hold. An unknown one is refused."""

    columns: ClassVar = COLUMNS

    search: Annotated[
        Search,
        Field(
            description=(
                "Whole words, in any case, of subject or numbers; all of them must be there."
            )
        ),
    ] = None
    status: Annotated[
        AnyOf[Status],
        Field(
            description=(
                "What the latest delivery to a connector (to this one, if one is named) came to; "
                "several: any of these."
            )
        ),
    ] = ()
    connector_id: Annotated[
        Texts,
        Field(description="Only those that were sent to this connector; several: to any of these."),
    ] = ()
    phase: Annotated[
        AnyOf[Literal[Phase.PENDING, Phase.DONE]],
        Field(description="pending until the newest transaction was routed and delivered."),
    ] = ()
    appointment_guid: Texts = ()
    appointment_guid_empty: Empty = None
    back_office_id_begins: Begins = None
    back_office_parent_id: Texts = ()
    back_office_parent_id_empty: Empty = None
    created_by: Texts = ()
    created_by_begins: Begins = None
    created_by_empty: Empty = None
    last_transaction_from: From = None
    last_transaction_to: To = None
    created_from: WrittenFrom = None
    created_to: WrittenTo = None

    def more(self) -> list[dict[str, Any]]:
        """Return what is more than a condition on a column."""
        return [outcome_condition(self.status, self.connector_id), words_condition(self.search)]
