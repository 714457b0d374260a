"""A claim, and the results that the ledger returns for it."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from common.contracts.appointment import Action
from common.contracts.appointment_version import AppointmentVersion
from common.contracts.delivery import DeliveryRequested
from dispatcher.outcome import Outcome

_PROCESS = uuid.uuid4().hex
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the right to call for one appointment.

    ``token`` is unique, so that a repetition of the claim has another one. ``yields_to`` are the
    actions of newer waiting versions for which the delivery is skipped. It is empty where the
    connector gets every version.
    """

    request: DeliveryRequested
    sends_missing_create: bool = True
    yields_to: frozenset[Action] = frozenset()
    token: str = field(default_factory=lambda: f"{_PROCESS}-{next(_NUMBERS)}")
    version: AppointmentVersion = field(init=False)

    def __post_init__(self) -> None:
        version = AppointmentVersion.of(self.request.transaction)
        object.__setattr__(self, "version", version)  # the class is frozen

    @property
    def document_id(self) -> str:
        """The id of the ledger's document for connector and appointment."""
        return document_id_of(self.request.connector_id, self.request.transaction.appointment.key)

    @property
    def action(self) -> Action:
        """The action of the transaction."""
        return self.request.transaction.action

    @property
    def key(self) -> str:
        """The key of the attempt in the ledger."""
        return self.request.message_id


@dataclass(frozen=True, slots=True)
class UnknownAttempt:
    """An earlier attempt of the same delivery whose outcome is unknown.

    ``since`` is the time of its end. ``outcome`` is None for a call that was cut off with its
    process. ``missing_create`` is the create that it made up for, as an update sent as a create.
    """

    since: datetime
    outcome: Outcome | None = None
    missing_create: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A claim that was granted.

    ``missing_create`` is the transaction of a create that the back office never got. If there is
    one, the update is sent as a create. ``is_repetition`` is whether an earlier call of the same
    delivery may have been stored. ``unknown`` is that call, where the back office may be asked
    about it. Neither changes the right that is granted.
    """

    claim: Claim
    missing_create: str | None = None
    is_repetition: bool = field(default=False, compare=False)
    unknown: UnknownAttempt | None = field(default=None, compare=False)

    @property
    def sends_create(self) -> bool:
        """Whether an update is sent as a create, because the create was never delivered."""
        return self.missing_create is not None

    @property
    def is_create(self) -> bool:
        """Whether the call is a create, either the transaction's own or a missing one."""
        return self.claim.action is Action.CREATE or self.sends_create

    @property
    def to_send(self) -> DeliveryRequested:
        """The request with its action, which is create where a create is missing."""
        request = self.claim.request
        if not self.sends_create:
            return request
        transaction = request.transaction.model_copy(update={"action": Action.CREATE})
        return request.model_copy(update={"transaction": transaction})


@dataclass(frozen=True, slots=True)
class AlreadySettled:
    """The delivery has its outcome already. It is published again without a call."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Superseded:
    """A newer snapshot was delivered, or may have been."""

    transaction_id: str
    modified_at: datetime


class NewerWaits(Superseded):
    """A newer version waits in the lane, and this one need not be sent."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NothingToDelete:
    """A delete of an appointment that the back office never had.

    The ledger counts the delete as delivered with this outcome, and nothing is sent.
    """

    create_transaction: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ClaimedElsewhere:
    """Another claim for the appointment is under way."""


ClaimResult = Granted | AlreadySettled | Superseded | NothingToDelete | ClaimedElsewhere


def document_id_of(connector_id: str, appointment_key: str) -> str:
    """Return the id of the ledger's document of one connector and appointment."""
    return f"{connector_id}|{appointment_key}"
