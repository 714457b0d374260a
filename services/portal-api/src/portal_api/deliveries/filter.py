"""Which deliveries are wanted: the conditions of the list, the export, the causes, the operations
and the saved views.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from common.contracts.delivery import Phase, Status, Trigger
from portal_api.deliveries.columns import COLUMNS
from portal_api.deliveries.statuses import TROUBLED, status_condition, statuses_in
from portal_api.lists.appointment_conditions import AppointmentConditions
from portal_api.lists.conditions import words_condition
from portal_api.lists.terms import (
    AnyOf,
    AtLeast,
    Begins,
    Below,
    Empty,
    Flag,
    From,
    Search,
    Text,
    Texts,
    To,
)
from portal_api.schemas.types import Int64, YesNo

CLOCK_SKEW = timedelta(days=1)
"""What changed before a moment was received before it, too; the two clocks may
differ by this much.
"""
AFTER_DOT = "/"
"""The character after the dot that divides a delivery's id into transaction and connector."""


class DeliveryFilter(AppointmentConditions):
    """Conditions on deliveries; all of them must hold. An unknown one is refused."""

    columns: ClassVar = COLUMNS
    special: ClassVar = frozenset({"status", "status_empty", "phase"})

    search: Annotated[
        Search,
        Field(
            description=(
                "Whole words, in any case, of subject, numbers or message; all of them "
                "must be there."
            )
        ),
    ] = None
    troubled: Annotated[
        Flag,
        Field(
            description=(
                "Only what was not sent successfully (Error Tracking): done, and neither "
                "Success nor Skipped."
            )
        ),
    ] = None
    archived: Annotated[
        YesNo, Field(description="The archive instead of what is not archived.")
    ] = False
    status: AnyOf[Status] = ()
    status_empty: Annotated[
        Empty,
        Field(
            description=(
                "true: only those under way, which have no status yet; false: only those with one."
            )
        ),
    ] = None
    phase: Annotated[
        AnyOf[Phase],
        Field(
            description=(
                "Where it stands; several: any of these. *archived* means the archive, "
                "and stands alone."
            )
        ),
    ] = ()
    trigger: AnyOf[Trigger] = ()
    connector_id: Annotated[Texts, Field(examples=[["7d3f0c2a91be"]])] = ()
    connector_name: Texts = ()
    connector_name_begins: Begins = None
    connector_name_empty: Empty = None
    transaction_id: Texts = ()
    cause: Annotated[
        AnyOf[Annotated[str, Field(pattern="^[0-9a-f]{16}$")]],
        Field(description="Only failures of this cause, as /api/causes names it."),
    ] = ()
    code: Annotated[
        AnyOf[Annotated[Text, Field(max_length=20)]], Field(examples=[["DSWBHK020"]])
    ] = ()
    code_begins: Begins = None
    code_empty: Empty = None
    message_begins: Begins = None
    message_empty: Empty = None
    received_from: From = None
    received_to: To = None
    changed_from: From = None
    changed_to: To = None
    attempt: AnyOf[Int64] = ()
    attempt_from: AtLeast = None
    attempt_to: Below = None
    http_status: AnyOf[Int64] = ()
    duration_ms_from: AtLeast = None
    duration_ms_to: Below = None
    tries_from: AtLeast = None
    tries_to: Below = None
    retryable: Flag = None
    outcome_unknown: Annotated[
        Flag,
        Field(
            description=(
                "Only those that the back office may have stored although no answer came (true), "
                "or the others."
            )
        ),
    ] = None
    replica: Texts = ()

    @field_validator("phase")
    @classmethod
    def _archived_stands_alone(cls, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        if Phase.ARCHIVED in phases and len(set(phases)) > 1:
            raise ValueError("archived cannot be combined with another phase")
        return phases

    @property
    def is_archive(self) -> bool:
        """Whether what is archived is wanted, instead of what is not."""
        return self.archived or Phase.ARCHIVED in self.phase

    def more(self) -> list[dict[str, Any]]:
        """Return what is more than a condition on a column; the phase is the reader's, who knows
        which lanes are held.
        """
        statuses = status_condition(self._statuses(), is_by_connector=bool(self.connector_id))
        received = {"received_at": {"$lt": self.changed_to + CLOCK_SKEW}} if self.changed_to else {}
        return [
            {"archived": self.is_archive},
            statuses,
            self._transactions(),
            words_condition(self.search),
            received,
        ]

    def unindexed(self) -> list[str]:
        """Return the names of the conditions without an index: in the archive those are all but the
        time of receipt.
        """
        if not self.is_archive:
            return super().unindexed()
        names = [
            condition.name
            for condition in self.column_conditions()
            if condition.column.path != "received_at"
        ]
        return [
            *names,
            *(["search"] if self.search else []),
            *(["status"] if self._statuses() is not None else []),
        ]

    def _statuses(self) -> list[Status | None] | None:
        """Return the statuses that may be, None when all of them may; no status means under way."""
        wanted: set[Status | None] = set(self.status) or {*Status, None}
        wanted &= statuses_in(self.phase)
        if self.troubled is not None:
            wanted &= set(TROUBLED) if self.troubled else {*Status, None} - set(TROUBLED)
        if self.retryable or self.outcome_unknown:
            wanted &= set(TROUBLED)
        if self.status_empty is not None:
            wanted &= {None} if self.status_empty else set(Status)
        return (
            None
            if len(wanted) == len(Status) + 1
            else [status for status in (None, *Status) if status in wanted]
        )

    def _transactions(self) -> dict[str, Any]:
        """Return the range of ids that begin with the transaction's."""
        ranges = [
            {"_id": {"$gte": f"{name}.", "$lt": f"{name}{AFTER_DOT}"}, "transaction_id": name}
            for name in self.transaction_id
        ]
        return ranges[0] if len(ranges) == 1 else {"$or": ranges} if ranges else {}
