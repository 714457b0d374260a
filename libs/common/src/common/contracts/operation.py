"""An operation: deliveries retried, archived or restored together, as an
administrator asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from common.contracts.message import DeliveryId, Message

OperationId = str
MOST_IDS = 10_000
"""Deliveries that can be named one by one; more of them are chosen by conditions."""
RETENTION_DAYS = 90
"""Days for which a finished operation can be looked up."""
LOGIC, COMPARISONS = (
    {"$and", "$or", "$nor", "$not"},
    {"$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte", "$all", "$elemMatch", "$exists"},
)
OPERATORS = (
    LOGIC
    | COMPARISONS
    | {"$regex", "$options", "$date", "$numberLong", "$numberInt", "$numberDouble"}
)
"""What conditions may say; nothing that makes the database run code."""


class OperationKind(StrEnum):
    """What is done to each delivery."""

    RETRY = "retry"
    ARCHIVE = "archive"
    RESTORE = "restore"


class OperationState(StrEnum):
    """Where an operation stands; *stopped*: too many of its deliveries failed. The
    last two are final.
    """

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"


class ItemOutcome(StrEnum):
    """What an operation came to for one delivery; the last three are final."""

    WAITING = "waiting"
    ASKED = "asked"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class OperationCommand(StrEnum):
    """What an administrator may ask of an operation under way."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class Counts(Message):
    """How many deliveries of an operation came to what; the five always make up ``total``."""

    total: int = Field(ge=0)
    waiting: int = Field(ge=0)
    asked: int = Field(ge=0)
    succeeded: int = Field(ge=0)
    failed: int = Field(ge=0)
    skipped: int = Field(ge=0)


class _Operation(Message):
    """What was asked for.

    ``per_second`` deliveries at most; with ``ramp`` 1, 5 and 25 of them first, each step once the
    one before is known.
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
    """portal-api -> retry: do this to these deliveries.

    Either ``delivery_ids`` names them, or ``conditions`` does: a query over the stored deliveries
    (documents of ``deliveries``) in MongoDB's extended JSON, made of ``OPERATORS`` alone.
    ``planned`` is how many they were when the administrator asked.
    """

    planned: int = Field(ge=0)
    delivery_ids: tuple[DeliveryId, ...] | None = Field(default=None, max_length=MOST_IDS)
    conditions: dict[str, Any] | None = None

    @field_validator("conditions")
    @classmethod
    def _are_known(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if unknown := set(_operators(value)) - OPERATORS:
            raise ValueError(f"must not say {', '.join(sorted(unknown))}")
        return value

    @model_validator(mode="after")
    def _is_one_choice(self) -> OperationRequested:
        if (self.delivery_ids is None) == (self.conditions is None):
            raise ValueError("either delivery_ids or conditions")
        return self


class OperationSteered(Message):
    """portal-api -> retry: pause, resume or cancel this operation; the latest word counts."""

    version: Literal[1] = 1
    operation_id: OperationId
    steer: OperationCommand
    asked_by: str
    asked_at: AwareDatetime


class OperationProgressed(_Operation):
    """retry -> portal-api: where an operation stands; the highest revision is the newest.
    ``heeded_at`` is the last steering that it knows of.
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
    """retry -> portal-api: these deliveries are archived, or no longer; of two messages about a
    delivery the one asked for later counts.
    """

    version: Literal[1] = 1
    operation_id: OperationId
    archived: bool
    asked_at: AwareDatetime
    delivery_ids: tuple[DeliveryId, ...]


def item_id_of(operation_id: str, delivery_id: str) -> str:
    """Return the id of one delivery's part in an operation."""
    return f"{operation_id}.{delivery_id}"


def _operators(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.startswith("$"):
                yield key
            yield from _operators(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _operators(inner)
