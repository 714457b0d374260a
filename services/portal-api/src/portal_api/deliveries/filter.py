"""The conditions that select deliveries, for the list, the export, causes, operations and saved
views.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, field_validator

from common.contracts.applied import AppliedState
from common.contracts.delivery import Phase, Status, Trigger
from portal_api.deliveries.columns import COLUMNS
from portal_api.deliveries.statuses import (
    UNSUCCESSFUL,
    phase_condition,
    status_condition,
    statuses_in,
)
from portal_api.lists.appointment_conditions import AppointmentConditions
from portal_api.lists.conditions import all_of, words_condition
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

if TYPE_CHECKING:
    from collections.abc import Collection

CLOCK_SKEW = timedelta(days=1)
"""A delivery that changed before a time was also received before it. The two clocks may differ by
this much.
"""
OVERTAKEN = "overtaken_by.delivery_id"
AFTER_DOT = "/"
"""The character that sorts after the dot between transaction and connector in a delivery's id."""


class DeliveryFilter(AppointmentConditions):
    """Conditions on deliveries. All of them must hold, and an unknown one is refused."""

    columns: ClassVar = COLUMNS
    special: ClassVar = frozenset({"status", "status_empty", "phase", "overtaken"})

    search: Annotated[
        Search,
        Field(
            description=(
                "Whole words of subject, numbers or message, in any case. All words must match."
            )
        ),
    ] = None
    troubled: Annotated[
        Flag,
        Field(
            description=(
                "true: only deliveries that were not sent successfully, as in Error Tracking. They "
                "are done, their status is neither Success nor Skipped, and they are not "
                "overtaken. With `overtaken` that filter decides instead."
            )
        ),
    ] = None
    archived: Annotated[
        YesNo, Field(description="true: the archive. false: deliveries outside the archive.")
    ] = False
    status: AnyOf[Status] = ()
    status_empty: Annotated[
        Empty,
        Field(
            description=(
                "true: only deliveries under way, which have no status yet. false: only deliveries "
                "with a status."
            )
        ),
    ] = None
    phase: Annotated[
        AnyOf[Phase],
        Field(
            description=(
                "The phase of the delivery. Several phases mean any of them. *archived* selects "
                "the archive and cannot be combined with another phase."
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
        Field(description="Only failures with this cause, an id from /api/causes."),
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
                "true: only deliveries that the back office may have stored although no answer "
                "came. false: only the others."
            )
        ),
    ] = None
    overtaken: Annotated[
        Flag,
        Field(
            description=(
                "true: only deliveries without success whose appointment was delivered to the same "
                "connector in a newer version. false: only the others."
            )
        ),
    ] = None
    applied: Annotated[
        AnyOf[AppliedState],
        Field(
            description=(
                "The state of the record at the back office. Only connectors that ask for it have "
                "one (docs/applied.md)."
            )
        ),
    ] = ()
    replica: Texts = ()

    @field_validator("phase")
    @classmethod
    def _archived_stands_alone(cls, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        if Phase.ARCHIVED in phases and len(set(phases)) > 1:
            raise ValueError("archived cannot be combined with another phase")
        return phases

    @property
    def is_archive(self) -> bool:
        """Whether the archive is selected instead of the current deliveries."""
        return self.archived or Phase.ARCHIVED in self.phase

    def mongodb_query(self, held: Collection[str]) -> dict[str, Any]:
        """Return all conditions as one MongoDB query.

        ``held`` has the ids of the connectors whose lane is held now, because a pending delivery of
        a held lane has the phase held.
        """
        return all_of([*self._queries(), phase_condition(self.phase, held)])

    def special_queries(self) -> list[dict[str, Any]]:
        """Return the queries of conditions that are not on a single column.

        The phase is not among them, because it depends on the held lanes.
        """
        statuses = status_condition(self._statuses(), is_by_connector=bool(self.connector_id))
        received = {"received_at": {"$lt": self.changed_to + CLOCK_SKEW}} if self.changed_to else {}
        return [
            {"archived": self.is_archive},
            statuses,
            self._overtaken(),
            self._transactions(),
            words_condition(self.search),
            received,
        ]

    def unindexed_names(self) -> list[str]:
        """Return the names of the conditions without an index. In the archive only the time of
        receipt has one.
        """
        if not self.is_archive:
            return super().unindexed_names()
        names = [
            condition.name
            for condition in self.column_conditions()
            if condition.column.path != "received_at"
        ]
        return [
            *names,
            *(["search"] if self.search else []),
            *(["status"] if self._statuses() is not None else []),
            *(["overtaken"] if self.overtaken is not None else []),
        ]

    def _statuses(self) -> list[Status | None] | None:
        """Return the allowed statuses, or None when all are allowed. The status None means under
        way.
        """
        wanted: set[Status | None] = set(self.status) or {*Status, None}
        wanted &= statuses_in(self.phase)
        if self.troubled:
            wanted &= set(UNSUCCESSFUL)
        if self.troubled is False and self.overtaken is False:
            wanted -= set(UNSUCCESSFUL)
        if self.retryable or self.outcome_unknown:
            wanted &= set(UNSUCCESSFUL)
        if self.status_empty is not None:
            wanted &= {None} if self.status_empty else set(Status)
        return (
            None
            if len(wanted) == len(Status) + 1
            else [status for status in (None, *Status) if status in wanted]
        )

    def _overtaken(self) -> dict[str, Any]:
        """Return the query of the mark of overtaken deliveries. Error Tracking leaves them out by
        default.
        """
        if self.overtaken is not None:
            return {OVERTAKEN: {"$gt": ""} if self.overtaken else None}
        if self.troubled is False:
            others = [None, *(status for status in Status if status not in UNSUCCESSFUL)]
            return {"$or": [{"status": {"$in": others}}, {OVERTAKEN: {"$gt": ""}}]}
        return {OVERTAKEN: None} if self.troubled else {}

    def _transactions(self) -> dict[str, Any]:
        """Return the range of delivery ids that begin with the transaction's id."""
        ranges = [
            {"_id": {"$gte": f"{name}.", "$lt": f"{name}{AFTER_DOT}"}, "transaction_id": name}
            for name in self.transaction_id
        ]
        return ranges[0] if len(ranges) == 1 else {"$or": ranges} if ranges else {}
