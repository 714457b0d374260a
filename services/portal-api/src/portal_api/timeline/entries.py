"""What happened to an appointment, in the API's words; ``kind`` tells them apart."""

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
    """When, and who is behind it: a planner or an account; none where nobody is, or
    it is not known.
    """

    at: Instant
    who: str | None = None


class TimelineVersion(_Entry):
    """Dime.Scheduler reported a version of the appointment; ``changed`` are the facts that differ
    from the version before.
    """

    kind: Literal["version"] = "version"
    transaction_id: str
    delivery_id: str = Field(description="The first of the deliveries it became.")
    action: Action | None = None
    appointment: AppointmentSnapshot | None = None
    changed: list[str]


class TimelineAttempt(_Entry):
    """An attempt came to its end; ``who`` asked for it, where an operation did."""

    kind: Literal["attempt"] = "attempt"
    delivery_id: str
    connector_id: str
    connector_name: str | None = None
    attempt: Attempt


class TimelineDelivery(ResponseModel):
    """What became of one of them."""

    delivery_id: str
    outcome: ItemOutcome
    message: str | None = None


class TimelineOperation(_Entry):
    """Somebody had deliveries of the appointment retried, archived or taken back,
    alone or with others.
    """

    kind: Literal["operation"] = "operation"
    operation_id: str
    operation: OperationKind
    deliveries: list[TimelineDelivery]


class TimelineNote(_Entry):
    """Somebody wrote down what is known about the cause of a failure."""

    kind: Literal["note"] = "note"
    cause: str
    text: str


class TimelineSettings(_Entry):
    """Somebody changed the MBOC settings while something of the appointment was
    not sent with them.
    """

    kind: Literal["settings"] = "settings"
    connector_id: str
    connector_name: str
    version: int
    changed: list[str]


class TimelineAudit(_Entry):
    """What else the audit says, for admins: what was refused, and what was tried."""

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
    """Everything that happened to one appointment, the newest first: of its newest
    hundred deliveries.
    """

    items: list[TimelineEntry]
    next: None = None
