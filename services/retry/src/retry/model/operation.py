"""An operation as retry stores it, and the counts of its items by outcome."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.contracts.operation import (
    Counts,
    OperationCommand,
    OperationKind,
    OperationProgressed,
    OperationState,
)

REQUEST_FIELDS = (
    "operation_id",
    "kind",
    "asked_by",
    "asked_at",
    "per_second",
    "ramp",
    "stop_at_failure_share",
)
PROGRESS_FIELDS = (
    *REQUEST_FIELDS,
    "revision",
    "state",
    "reason",
    "counts",
    "planned",
    "heeded_at",
    "changed_at",
    "finished_at",
)
REVISION_FIELDS = frozenset(
    {
        "state",
        "reason",
        "counts",
        "heeded_at",
        "forgiven_succeeded",
        "forgiven_failed",
        "finished_at",
    }
)
"""The fields that a revision may change. Without a change in them, there is no new revision."""


class ItemCounts(NamedTuple):
    """The items of an operation by outcome.

    ``tried_skipped`` counts the skipped items whose attempt was requested, because their back
    office may have been called.
    """

    waiting: int = 0
    asked: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    tried_skipped: int = 0

    @property
    def total(self) -> int:
        """The number of all items."""
        return self.waiting + self.asked + self.succeeded + self.failed + self.skipped

    @property
    def attempted(self) -> int:
        """The number of items whose requested attempt has ended."""
        return self.succeeded + self.failed + self.tried_skipped

    @property
    def as_message(self) -> Counts:
        """The counts in the form of the progress message."""
        return Counts(
            total=self.total,
            waiting=self.waiting,
            asked=self.asked,
            succeeded=self.succeeded,
            failed=self.failed,
            skipped=self.skipped,
        )


class Operation(BaseModel):
    """A document of the collection ``operations``, without its selection of deliveries.

    ``total`` is None until every delivery is enumerated. ``resume_key`` is the paging key at which
    enumeration continues. ``steer`` is the last command of an administrator, and ``heeded_at`` the
    time of the last command that was applied. The ``forgiven_…`` counts are those of the
    moment when a stopped operation was resumed. They do not count towards stopping it again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    operation_id: str = Field(alias="_id")
    kind: OperationKind
    asked_by: str
    asked_at: AwareDatetime
    planned: int
    per_second: float
    ramp: bool
    stop_at_failure_share: float | None
    state: OperationState = OperationState.PLANNED
    reason: str | None = None
    revision: int = 0
    counts: Counts | None = None
    total: int | None = None
    resume_key: Any = Field(default=None, alias="stock_key")
    steer: OperationCommand | None = None
    steered_by: str | None = None
    steered_at: AwareDatetime | None = None
    heeded_at: AwareDatetime | None = None
    forgiven_succeeded: int = 0
    forgiven_failed: int = 0
    changed_at: AwareDatetime = datetime(1970, 1, 1, tzinfo=UTC)
    finished_at: AwareDatetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether the operation has ended its requests. No later command changes that."""
        return self.state in (OperationState.DONE, OperationState.CANCELLED)

    @property
    def progress(self) -> OperationProgressed:
        """The progress message of this revision."""
        return OperationProgressed(**{name: getattr(self, name) for name in PROGRESS_FIELDS})
