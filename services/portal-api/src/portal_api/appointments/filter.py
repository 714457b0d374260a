"""Which appointments are wanted: the conditions of the list, the export and the saved views."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status
from portal_api.appointments.columns import COLUMNS
from portal_api.appointments.outcomes import outcomes_wanted
from portal_api.lists.conditions import Conditions, searched
from portal_api.lists.terms import AnyOf, AtLeast, Begins, Below, Empty, From, Search, Texts, To, WrittenFrom, WrittenTo
from portal_api.values import Int64


class AppointmentFilter(Conditions):
    """Conditions on appointments; all of them must hold. An unknown one is refused."""

    columns: ClassVar = COLUMNS

    search: Annotated[Search, Field(description="Whole words, in any case, of subject or numbers; all of them must be there.")] = None
    status: Annotated[
        AnyOf[Status], Field(description="What the latest delivery to a connector (to this one, if one is named) came to; several: any of these.")
    ] = ()
    connector_id: Annotated[Texts, Field(description="Only those that were sent to this connector; several: to any of these.")] = ()
    phase: Annotated[AnyOf[Literal[Phase.PENDING, Phase.DONE]], Field(description="pending until the newest transaction was routed and delivered.")] = ()
    action: AnyOf[Action] = ()
    source_app: Texts = ()
    source_app_begins: Begins = None
    source_app_empty: Empty = None
    source_type: Texts = ()
    source_type_empty: Empty = None
    job_no: Annotated[Texts, Field(examples=[["OP100001"]])] = ()
    job_no_begins: Annotated[Begins, Field(examples=["OP10"])] = None
    job_no_empty: Empty = None
    task_no: Texts = ()
    task_no_begins: Begins = None
    task_no_empty: Empty = None
    subject: Texts = ()
    subject_begins: Begins = None
    subject_empty: Empty = None
    appointment_key: Texts = ()
    appointment_id: AnyOf[Int64] = ()
    appointment_id_from: AtLeast = None
    appointment_id_to: Below = None
    appointment_no: Texts = ()
    appointment_no_empty: Empty = None
    appointment_guid: Texts = ()
    appointment_guid_empty: Empty = None
    back_office_id: Texts = ()
    back_office_id_begins: Begins = None
    back_office_id_empty: Empty = None
    back_office_parent_id: Texts = ()
    back_office_parent_id_empty: Empty = None
    created_by: Texts = ()
    created_by_begins: Begins = None
    created_by_empty: Empty = None
    modified_by: Texts = ()
    modified_by_begins: Begins = None
    modified_by_empty: Empty = None
    last_transaction_from: From = None
    last_transaction_to: To = None
    modified_from: From = None
    modified_to: To = None
    created_from: WrittenFrom = None
    created_to: WrittenTo = None
    start_from: WrittenFrom = None
    start_to: WrittenTo = None
    end_from: WrittenFrom = None
    end_to: WrittenTo = None

    def more(self) -> list[dict[str, Any]]:
        """Return what is more than a condition on a column."""
        return [outcomes_wanted(self.status, self.connector_id), searched(self.search)]
