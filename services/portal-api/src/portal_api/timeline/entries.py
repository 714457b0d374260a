"""Entries of the timeline as the API shows them. ``kind`` is their discriminator."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from common.contracts.appointment import Action
from common.contracts.operation import ItemOutcome, OperationKind
from portal_api.accounts.roles import Role
from portal_api.deliveries.schemas import AppointmentSnapshot, Attempt
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant


class _Entry(ResponseModel):
    """The time of an entry, and the planner or account that caused it.

    ``who`` is null for automatic actions, and where the name is unknown.
    """

    at: Instant
    who: str | None = None


class TimelineVersion(_Entry):
    """A version of the appointment that Dime.Scheduler reported. ``changed`` names the fields that
    differ from the previous version.
    """

    kind: Literal["version"] = "version"
    transaction_id: str
    delivery_id: str = Field(description="First delivery of the transaction.")
    action: Action | None = None
    appointment: AppointmentSnapshot | None = None
    changed: list[str]


class TimelineAttempt(_Entry):
    """A finished attempt. ``who`` is the account whose operation requested it."""

    kind: Literal["attempt"] = "attempt"
    delivery_id: str
    connector_id: str
    connector_name: str | None = None
    attempt: Attempt


class TimelineDelivery(ResponseModel):
    """A delivery in an operation, with its outcome."""

    delivery_id: str
    outcome: ItemOutcome
    message: str | None = None


class TimelineOperation(_Entry):
    """An operation that retried, archived or restored deliveries of the appointment, alone or with
    others.
    """

    kind: Literal["operation"] = "operation"
    operation_id: str
    operation: OperationKind
    deliveries: list[TimelineDelivery]


class TimelineNote(_Entry):
    """A note on the cause of a failure."""

    kind: Literal["note"] = "note"
    cause: str
    text: str


class TimelineSettings(_Entry):
    """A change of the MBOC settings while they applied to the appointment."""

    kind: Literal["settings"] = "settings"
    connector_id: str
    connector_name: str
    version: int
    changed: list[str]


class TimelineAudit(_Entry):
    """A further audit entry, for example of a refused change. Only admins see it."""

    kind: Literal["audit"] = "audit"
    audit_id: str
    role: Role | None = None
    action: str
    target: str
    outcome: int | None = None


TimelineEntry = Annotated[
    TimelineVersion
    | TimelineAttempt
    | TimelineOperation
    | TimelineNote
    | TimelineSettings
    | TimelineAudit,
    Field(discriminator="kind"),
]


class Timeline(BaseModel):
    """The timeline of one appointment, the newest entry first. It covers the newest hundred
    deliveries.
    """

    items: list[TimelineEntry]
    next: None = None
