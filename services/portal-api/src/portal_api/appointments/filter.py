"""The conditions that select appointments, for the list, the export and saved views."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from common.contracts.delivery import Phase, Status
from portal_api.appointments.columns import COLUMNS
from portal_api.appointments.outcomes import outcome_condition
from portal_api.lists.appointment_conditions import AppointmentConditions
from portal_api.lists.conditions import all_of, words_condition
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
    """Conditions on appointments. All of them must hold, and an unknown one is refused."""

    columns: ClassVar = COLUMNS

    search: Annotated[
        Search,
        Field(description="Whole words of subject or numbers, in any case. All words must match."),
    ] = None
    status: Annotated[
        AnyOf[Status],
        Field(
            description=(
                "The status of the latest delivery to a connector, or to the connector in "
                "`connector_id`. Several statuses mean any of them."
            )
        ),
    ] = ()
    connector_id: Annotated[
        Texts,
        Field(
            description=(
                "Only appointments with a delivery to this connector. Several ids mean any of them."
            )
        ),
    ] = ()
    phase: Annotated[
        AnyOf[Literal[Phase.PENDING, Phase.DONE]],
        Field(
            description=(
                "The phase is pending until the newest transaction was routed and delivered."
            )
        ),
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

    def mongodb_query(self) -> dict[str, Any]:
        """Return all conditions as one MongoDB query."""
        return all_of(self._queries())

    def special_queries(self) -> list[dict[str, Any]]:
        """Return the queries of conditions that are not on a single column."""
        return [outcome_condition(self.status, self.connector_id), words_condition(self.search)]
