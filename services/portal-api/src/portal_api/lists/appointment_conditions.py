"""Conditions on an appointment's data from Dime.Scheduler, common to appointments and
deliveries.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from common.contracts.appointment import Action
from portal_api.lists.conditions import Conditions
from portal_api.lists.terms import (
    AnyOf,
    AtLeast,
    Begins,
    Below,
    Empty,
    From,
    Texts,
    To,
    WrittenFrom,
    WrittenTo,
)
from portal_api.schemas.types import Int64


class AppointmentConditions(Conditions):
    """Conditions on the data of an appointment."""

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
    back_office_id: Texts = ()
    back_office_id_empty: Empty = None
    modified_by: Texts = ()
    modified_by_begins: Begins = None
    modified_by_empty: Empty = None
    modified_from: From = None
    modified_to: To = None
    start_from: WrittenFrom = None
    start_to: WrittenTo = None
    end_from: WrittenFrom = None
    end_to: WrittenTo = None
