"""What the ledger answers to a claim."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from common.contracts.delivery import DeliveryRequested
from dispatcher.outcome import Outcome

_PROCESS = uuid.uuid4().hex
_NUMBERS = itertools.count()


@dataclass(slots=True)
class Claim:
    """The right to call for one appointment; ``token`` tells it from every other claim, also from
    its own repetition.
    """

    request: DeliveryRequested
    token: str = field(default_factory=lambda: f"{_PROCESS}-{next(_NUMBERS)}")

    @property
    def to_send(self) -> DeliveryRequested:
        return self.request

    @property
    def document_id(self) -> str:
        """The ledger's document: connector and appointment."""
        return f"{self.request.connector_id}|{self.request.transaction.appointment.key}"

    @property
    def fence(self) -> int:
        """The snapshot's ordering value: Dime.Scheduler's last-modified time in milliseconds."""
        return self.request.transaction.appointment.fence

    @property
    def key(self) -> str:
        """The attempt as the ledger remembers it."""
        return self.request.message_id


@dataclass(frozen=True, slots=True)
class Done:
    """This attempt is done already: tell its outcome again, call nobody."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Superseded:
    """A newer snapshot was delivered, or may have been."""

    by_transaction: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else calls for this appointment right now."""


Answer = Claim | Done | Superseded | Busy
