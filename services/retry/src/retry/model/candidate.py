"""A delivery whose next attempt may be requested, and the claim on that attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from common.contracts.delivery import Trigger


class RequeueCandidate(NamedTuple):
    """A delivery whose next attempt may be requested.

    ``repeats`` counts the requests in a row for the same ``repeated_cause``, the next one included.
    """

    delivery_id: str
    last_attempt: int
    connector_id: str
    transaction_id: str
    repeats: int = 0
    repeated_cause: str | None = None

    @property
    def key(self) -> str:
        """The id of the next attempt. Only the process that claims this key requests it."""
        return f"{self.delivery_id}.{self.next_attempt}"

    @property
    def next_attempt(self) -> int:
        """The number of the attempt to request."""
        return self.last_attempt + 1


class Claimant(NamedTuple):
    """The owner of a claim: one run of the timer job, or one operation.

    ``token`` is unique among all claimants. With ``is_check`` the attempt asks the back office for
    the record of an earlier attempt.
    """

    token: str
    trigger: Trigger
    asked_by: str | None = None
    operation_id: str | None = None
    is_check: bool = False


class RequeueClaim(NamedTuple):
    """The exclusive right to request a candidate's next attempt, and its owner."""

    candidate: RequeueCandidate
    claimant: Claimant
    is_published: bool
