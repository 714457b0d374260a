"""An operation: many deliveries that an administrator retries, archives or restores together."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from common.contracts.conditions import check_conditions
from common.contracts.message import DeliveryId, Message

OperationId = str
MAX_IDS = 10_000
"""The most deliveries in a list of ids. Conditions select more."""
RETENTION_DAYS = 90
"""The days for which a finished operation is stored."""


class OperationKind(StrEnum):
    """The action on each delivery."""

    RETRY = "retry"
    CHECK = "check"
    ARCHIVE = "archive"
    RESTORE = "restore"


class OperationState(StrEnum):
    """The state of an operation. It is *stopped* when too many of its deliveries failed. The last
    two states are final.
    """

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"


class ItemOutcome(StrEnum):
    """The outcome of an operation for one delivery. The last three are final."""

    WAITING = "waiting"
    ASKED = "asked"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class OperationCommand(StrEnum):
    """The commands of an administrator to an operation under way."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class Counts(Message):
    """The numbers of an operation's deliveries by outcome. The five always add up to ``total``."""

    total: int = Field(ge=0)
    waiting: int = Field(ge=0)
    asked: int = Field(ge=0)
    succeeded: int = Field(ge=0)
    failed: int = Field(ge=0)
    skipped: int = Field(ge=0)


class _Operation(Message):
    """The request of an operation.

    It runs at most ``per_second`` deliveries a second. With ``ramp`` it begins with 1, 5 and 25 of
    them, and each step waits for the results of the one before.
    """

    version: Literal[1] = 1
    operation_id: OperationId = Field(pattern="^[0-9a-f]{32}$")
    kind: OperationKind
    asked_by: str
    asked_at: AwareDatetime
    per_second: float = Field(gt=0)
    ramp: bool = False
    stop_at_failure_share: float | None = Field(default=None, ge=0, le=1)


class OperationRequested(_Operation):
    """portal-api -> retry: run this operation on these deliveries.

    The deliveries are either ``delivery_ids`` or ``conditions``: a query over the stored deliveries
    (documents of ``deliveries``) in MongoDB's extended JSON, as ``check_conditions`` allows it.
    ``planned`` is their number when the administrator asked.
    """

    planned: int = Field(ge=0)
    delivery_ids: tuple[DeliveryId, ...] | None = Field(default=None, max_length=MAX_IDS)
    conditions: dict[str, Any] | None = None

    @field_validator("conditions")
    @classmethod
    def _are_known(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None:
            check_conditions(value)
        return value

    @model_validator(mode="after")
    def _is_one_choice(self) -> OperationRequested:
        if (self.delivery_ids is None) == (self.conditions is None):
            raise ValueError("either delivery_ids or conditions")
        return self


class OperationSteered(Message):
    """portal-api -> retry: pause, resume or cancel this operation. The latest command counts."""

    version: Literal[1] = 1
    operation_id: OperationId
    steer: OperationCommand
    asked_by: str
    asked_at: AwareDatetime


class OperationProgressed(_Operation):
    """retry -> portal-api: the progress of an operation. The highest revision is the newest.

    ``heeded_at`` is the time of the last command that the operation has followed.
    """

    revision: int = Field(ge=1)
    state: OperationState
    reason: str | None = None
    counts: Counts
    planned: int | None = None
    heeded_at: AwareDatetime | None = None
    changed_at: AwareDatetime
    finished_at: AwareDatetime | None = None


class DeliveriesArchived(Message):
    """retry -> portal-api: these deliveries are archived, or restored. Of two messages about a
    delivery the later request counts.
    """

    version: Literal[1] = 1
    operation_id: OperationId
    archived: bool
    asked_at: AwareDatetime
    delivery_ids: tuple[DeliveryId, ...]


def item_id_of(operation_id: str, delivery_id: str) -> str:
    """Return the id of one delivery's item in an operation."""
    return f"{operation_id}.{delivery_id}"
