"""The progress of one attempt, and the outcome that follows from it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.contracts.applied import Applied
from common.contracts.delivery import Status
from dispatcher.earlier_attempt import EarlierAttempt
from dispatcher.next_try import TryCounts
from dispatcher.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.contracts.connector import Connector
    from common.contracts.receipt import Answer
    from dispatcher.back_offices.calls import Confirmation, PreparedDelivery
    from dispatcher.errors import DeliveryError
    from dispatcher.ledger.claim import Granted

ASKS_AGAIN_AFTER_S = 0.1
PARTLY_STORED = (
    "The appointment was stored, but not all of its resources were. Check it there before retrying."
)
EARLIER_CALL = "An earlier call had no answer, so the back office may have stored the appointment."


class AttemptProgress:
    """The progress of one attempt: its tries, its last fault and the remaining follow-ups.

    Follow-ups remain where the record was stored. ``connector`` is the version of the last try.
    """

    def __init__(self, granted: Granted, connector: Connector, began: float) -> None:
        self.granted = granted
        self.action = granted.claim.request.transaction.action
        self.connector = connector
        self.tries = TryCounts()
        self.remaining: PreparedDelivery | None = None
        self.is_calling = False
        self.is_settled = False
        self.earlier = EarlierAttempt(granted)
        self._began = began
        self._asked_at = asyncio.get_running_loop().time()
        self._error: DeliveryError
        self.was_unknown = False
        self._is_in_doubt = False

    @property
    def is_partly_stored(self) -> bool:
        """Whether the record was stored, and follow-ups are still to be sent."""
        return self.remaining is not None

    @property
    def may_have_stored(self) -> bool:
        """Whether an attempt that is given up now may have stored what a repetition would store
        again.
        """
        return not self.is_settled and (self.is_partly_stored or self._is_in_doubt)

    def must_ask_again(self) -> bool:
        """Return whether a newer version may wait by now, because this one waited for its call."""
        now = asyncio.get_running_loop().time()
        waited, self._asked_at = now - self._asked_at, now
        is_known = not (self.may_have_stored or self.was_unknown)
        return is_known and waited > ASKS_AGAIN_AFTER_S

    def record_failure(self, error: DeliveryError) -> None:
        """Count a failed try, and store the follow-ups that remain."""
        self._error = error
        self.was_unknown = self.was_unknown or error.outcome_unknown
        self._is_in_doubt = self._is_in_doubt or error.is_in_doubt
        self.remaining = error.remaining or self.remaining
        self.tries = self.tries.after(error)

    def with_effort(self, outcome: Outcome, tries: int = 0) -> Outcome:
        """Return the outcome with the tries and the duration of this attempt."""
        return outcome.model_copy(
            update={"tries": self.tries.total + tries, "duration_ms": _since(self._began)}
        )

    def success_outcome(self, confirmation: Confirmation) -> Outcome:
        """Return the outcome of a delivery that was confirmed."""
        return Outcome(
            status=Status.SUCCESS,
            message=confirmation.note,
            http_status=confirmation.http_status,
            tries=self.tries.total + 1,
            duration_ms=_since(self._began),
            exchange=confirmation.exchange,
            sent_action=self.granted.to_send.transaction.action,
            receipt=confirmation.receipt,
            applied=_applied_at_once(confirmation),
        )

    def failure_outcome(self, answer: Answer | None = None) -> Outcome:
        """Return the outcome after the last failed try, with the answer to it."""
        error, stored = self._error, self.remaining.stored if self.remaining else None
        unanswered = self.earlier.unanswered(self.connector, error)
        if unanswered is not None:
            return self.with_effort(unanswered)
        is_unknown = self.was_unknown or self.is_partly_stored
        return Outcome(
            status=Status.FAILED,
            code=error.code,
            message=" ".join((str(error), *self._notes())),
            retryable=error.retryable and not self.is_partly_stored,
            outcome_unknown=is_unknown,
            owes_create=error.owes_create and not self.is_partly_stored,
            http_status=error.http_status,
            tries=self.tries.total,
            duration_ms=_since(self._began),
            exchange=error.exchange,
            trace=error.trace,
            sent_action=self.granted.to_send.transaction.action,
            receipt=stored.receipt if stored else None,
            answer=answer,
            outcome_check=self.earlier.repetition(self.connector) if is_unknown else None,
            was_missing=self.earlier.is_certainly_missing,
        )

    def _notes(self) -> Iterator[str]:
        if self.is_partly_stored:
            yield PARTLY_STORED
        elif self.was_unknown and not self._error.outcome_unknown:
            yield EARLIER_CALL


def _applied_at_once(confirmation: Confirmation) -> Applied | None:
    """Return the state of the record, where the answer to the create tells it."""
    found = confirmation.state
    if found is None:
        return None
    return Applied(state=found.state, message=found.message, checked_at=datetime.now(UTC))


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
