"""Settles the unknown outcome of an earlier attempt, before the appointment is sent again.

The back office is asked for the record where it can be asked (design.md, section 5, rule 11).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

import structlog

from common.contracts.automatic_retry import wait_of
from common.contracts.delivery import Status, Trigger
from common.contracts.outcome_check import CheckWay, check_way
from common.contracts.receipt import OutcomeCheck
from dispatcher.back_offices.parsing import run_by_size
from dispatcher.errors import DeliveryError, UnansweredError
from dispatcher.ledger.claim import UnknownAttempt
from dispatcher.outcome import Outcome

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.read_back import FoundRecord
    from dispatcher.lanes.lane_state import LaneState
    from dispatcher.ledger.claim import Granted

log = structlog.get_logger()
MAX_NOTE = 1000
CANNOT_ASK = (
    "The back office cannot be asked for the record. Check it there, then retry the delivery or "
    "archive it."
)
NOT_YET = (
    "The back office does not have the record yet. It counts as missing {after} after the call "
    "without an answer."
)
NOT_ASKED = "The back office could not be asked for the record, and nothing was sent: {error}"
SENT_AGAIN = "The appointment was sent again, and no answer came."
UNKNOWN = (
    "An earlier attempt ended without an answer. The back office may have stored the appointment."
)


class Reply(Enum):
    """The reply to a question that found no record."""

    MISSING = auto()
    NOT_NAMED = auto()
    """The snapshot lacks a field that identifies its record."""


class EarlierAttempt:
    """The earlier attempt of unknown outcome, and this attempt's knowledge about it.

    A check and the timer job send only a record that is certainly missing. A person's retry sends
    each record that the back office does not have.
    """

    def __init__(self, granted: Granted) -> None:
        self._request = request = granted.claim.request
        self._unknown = granted.unknown
        if self._unknown is None and request.is_check:
            self._unknown = UnknownAttempt(request.transaction.received_at)
        self._is_asked = False
        self.is_certainly_missing = False

    def must_ask(self, connector: Connector) -> bool:
        """Return whether the back office is asked before the appointment is sent."""
        is_open = self._unknown is not None and not self._is_asked
        return is_open and check_way(connector) is CheckWay.READ

    def refusal(self, connector: Connector, refusal: Outcome | None) -> Outcome | None:
        """Return the outcome of a delivery that must not be sent, or None.

        A check changes nothing where ``refusal`` is the outcome of the validation, and where only a
        person can settle the outcome.
        """
        if not self._request.is_check:
            return refusal
        if refusal is not None:
            reason = refusal.message or f"the delivery would end as {refusal.status}."
            return self._unchanged(None, NOT_ASKED.format(error=reason), self._next_at(connector))
        if check_way(connector) is None:
            return self._unchanged(None, CANNOT_ASK, None)
        return None

    def ends_question(self, connector: Connector) -> bool:
        """Return whether the appointment is sent after a question without a usable answer.

        That is a call that was cut off with its process. It is repeated as without a question.
        """
        if not self.must_ask(connector) or self._is_settled_before:
            return False
        self._is_asked = True
        return True

    def unanswered(self, connector: Connector, error: DeliveryError) -> Outcome | None:
        """Return the outcome after a question without a usable answer.

        Returns None where the error is that of a call that sent the appointment.
        """
        if not self.must_ask(connector):
            return None
        return self._unchanged(None, NOT_ASKED.format(error=error), self._next_at(connector))

    def found(self, record: FoundRecord) -> Outcome:
        """Return the success of a record that the back office has."""
        now = datetime.now(UTC)
        age = in_words(now - self._since)
        note = f"The back office has the record: found {age} after a call without an answer."
        return Outcome(
            status=Status.SUCCESS,
            message=f"{note} Nothing was sent again.",
            http_status=record.http_status,
            exchange=record.exchange,
            receipt=record.receipt,
            outcome_check=OutcomeCheck(at=now, found=True, note=note),
        )

    def not_found(self, connector: Connector, reply: Reply) -> Outcome | None:
        """Return None where the appointment is sent now, else the outcome that stays unknown."""
        self._is_asked = True
        if reply is Reply.NOT_NAMED:
            return self._unchanged(None, CANNOT_ASK, None) if self._request.is_check else None
        after = timedelta(seconds=connector.missing_after_s)
        counts_from = self._since + after
        self.is_certainly_missing = counts_from <= datetime.now(UTC)
        is_patient = self._request.is_check or self._request.trigger is Trigger.TIMER_JOB
        if self.is_certainly_missing or not is_patient:
            return None
        return self._unchanged(False, NOT_YET.format(after=in_words(after)), counts_from)

    def repetition(self, connector: Connector) -> OutcomeCheck | None:
        """Return the note about a check that sent the appointment without an answer, or None."""
        if not self._request.is_check:
            return None
        found = False if self._is_asked else None
        wait = max(self._wait, timedelta(seconds=connector.missing_after_s))
        now = datetime.now(UTC)
        return OutcomeCheck(at=now, found=found, note=SENT_AGAIN, next_at=now + wait)

    @property
    def _is_settled_before(self) -> bool:
        """Whether the ledger has the outcome of the earlier attempt, or a check is asked for."""
        return self._request.is_check or (self._unknown is not None and bool(self._unknown.outcome))

    @property
    def _since(self) -> datetime:
        return self._unknown.since if self._unknown else self._request.requested_at

    @property
    def _wait(self) -> timedelta:
        """The wait until the next check, which grows with their number."""
        return wait_of(self._request.delivery_id, max(1, self._request.repeats))

    def _next_at(self, connector: Connector) -> datetime:
        counts_from = self._since + timedelta(seconds=connector.missing_after_s)
        return max(counts_from, datetime.now(UTC) + self._wait)

    def _unchanged(
        self,
        found: bool | None,  # noqa: FBT001 - the field of the message
        note: str,
        next_at: datetime | None,
    ) -> Outcome:
        """Return the outcome of the earlier attempt, with a note about the question."""
        earlier = self._unknown.outcome if self._unknown else None
        earlier = earlier or Outcome(
            status=Status.FAILED, message=UNKNOWN, retryable=True, outcome_unknown=True
        )
        check = OutcomeCheck(
            at=datetime.now(UTC), found=found, note=note[:MAX_NOTE], next_at=next_at
        )
        return earlier.model_copy(update={"outcome_check": check, "unknown_since": self._since})


async def ask(
    lane: LaneState, connector: Connector, request: DeliveryRequested
) -> FoundRecord | Reply | DeliveryError:
    """Ask the back office for the record of this delivery. The caller holds a call slot."""
    try:
        finder = lane.clients.get(connector).finder
        if finder is None:
            return Reply.NOT_NAMED
        size = len(request.transaction.body)
        identity = await run_by_size(size, partial(finder.identify, request))
        if identity is None:
            return Reply.NOT_NAMED
        with lane.calling():
            return await finder.find(identity) or Reply.MISSING
    except DeliveryError as error:
        return error
    except Exception as error:
        log.exception("a back office could not be asked", delivery_id=request.delivery_id)
        return UnansweredError(
            "DSUNK001", f"An unforeseen error ({type(error).__name__}) in the connector."
        )


def in_words(length: timedelta) -> str:
    """Return a length of time in its largest whole unit, such as ``10 minutes``."""
    seconds = max(1, round(length.total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size or seconds == size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
