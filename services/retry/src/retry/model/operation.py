"""An operation as retry keeps it, and how many of its deliveries came to what."""

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

ASKED_FOR = (
    "operation_id",
    "kind",
    "asked_by",
    "asked_at",
    "per_second",
    "ramp",
    "stop_at_failure_share",
)
SHOWN = (
    *ASKED_FOR,
    "revision",
    "state",
    "reason",
    "counts",
    "planned",
    "heeded_at",
    "changed_at",
    "finished_at",
)


class Tally(NamedTuple):
    """Deliveries by outcome; ``tried_skipped`` are those of the skipped that were asked for, so
    that the back office might have had them.
    """

    waiting: int = 0
    asked: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    tried_skipped: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.asked + self.succeeded + self.failed + self.skipped

    @property
    def known(self) -> int:
        """Those that were asked for and came to something."""
        return self.succeeded + self.failed + self.tried_skipped

    @property
    def counts(self) -> Counts:
        """As it is told."""
        return Counts(
            total=self.total,
            waiting=self.waiting,
            asked=self.asked,
            succeeded=self.succeeded,
            failed=self.failed,
            skipped=self.skipped,
        )


class Operation(BaseModel):
    """The document of ``operations``, without what it is about.

    ``total`` is None until stock is taken: until then the deliveries are still being noted, from
    ``stock_key`` on. ``steer`` is an administrator's last word, ``heeded_at`` the moment of the
    last one that was heeded. What had succeeded and failed when a stopped operation was resumed is
    forgiven: it counts no more towards stopping it again.
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
    stock_key: Any = None
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
        """Whether no more deliveries will be asked for, whoever wishes it."""
        return self.state in (OperationState.DONE, OperationState.CANCELLED)

    @property
    def progress(self) -> OperationProgressed:
        """What is told of it."""
        return OperationProgressed(**{name: getattr(self, name) for name in SHOWN})
