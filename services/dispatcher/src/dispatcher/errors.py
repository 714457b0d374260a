"""The tree of expected failures.

Each leaf is an answer, not a bug: it ends as a status with a code and a sentence.

DeliveryError              blames        what follows
├── UnreachableError       connector     not connected, nothing was sent: tried again, then held
│   └── ClosedEarlyError   connector     connected, and closed before an appointment was sent
├── ThrottledError         connector     nothing was taken: waits as long as Retry-After says
├── ServerFaultError       connector     it did not process the call: tried up to three times
├── GatewayFaultError      connector     a status that leaves open whether it did: unknown, one try
├── NoAnswerError          connector     sent, no answer: the outcome is unknown, one try
├── GoneError              connector     gone for good: the lane is held at once, the delivery waits
├── UnauthorisedError      credential    not let in: one try, the lane is held at once
├── ForbiddenError         unclear       not allowed: this account, or this appointment, one try
├── MisconfiguredError     unclear       the connector must be corrected: address, TLS, names
├── UnconfirmedError       unclear       an answer that cannot be read: it may be stored
├── UnforeseenError        unclear       an error of our own: ends this delivery alone
└── RefusedError           appointment   the back office does not want this appointment
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from common.contracts.delivery import HttpExchange


class FaultOrigin(StrEnum):
    """Where a fault lies; it decides whether the connector's lane is held.

    Faults of the connector count towards its circuit breaker. Where it is unclear, the connection
    test decides. A fault of one appointment shows that the back office works.
    """

    CONNECTOR = "connector"
    CREDENTIAL = "credential"
    UNCLEAR = "unclear"
    APPOINTMENT = "appointment"


class DeliveryError(Exception):
    """Why one call did not end well.

    ``code`` is the stable one of domain.md 6.3 and 6.4, ``sentence`` is for the administrator and
    holds neither secrets nor payload. ``exchange`` is the HTTP call that failed, if one was made.
    """

    transient: bool = False
    origin: ClassVar[FaultOrigin] = FaultOrigin.CONNECTOR
    outcome_unknown: bool = False
    """Whether the back office may have the appointment: it then counts for the order."""
    owes_create: ClassVar[bool] = False
    """Whether a create that ended like this is sent again with the appointment's next version."""
    trace: str | None = None
    remaining: Any = None
    """The parts that are still to be sent, as the client prepared them; the others are stored."""

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        http_status: int | None = None,
        retry_after_s: float | None = None,
        exchange: HttpExchange | None = None,
        at_token_endpoint: bool = False,
    ) -> None:
        super().__init__(f"[{code}] {sentence}")
        self.code = code
        self.http_status = http_status
        self.retry_after_s = retry_after_s
        self.exchange = exchange
        self.at_token_endpoint = at_token_endpoint

    @property
    def retryable(self) -> bool:
        """Whether a later attempt may succeed without any correction."""
        return self.transient or self.outcome_unknown


class UnreachableError(DeliveryError):
    """The back office could not be connected to."""

    transient = True


class ClosedEarlyError(UnreachableError):
    """The server closed the connection before an appointment was sent on it."""


class ThrottledError(DeliveryError):
    """The back office asks to be called less often."""

    transient = True


class ServerFaultError(DeliveryError):
    """The back office answered that it did not process the call, because of trouble of its own."""

    transient = True


class GatewayFaultError(DeliveryError):
    """A status that says neither who sent it nor whether the call was processed: the back office
    may have stored the appointment, and probably has not (ADR 0022).
    """

    outcome_unknown = True
    owes_create = True


class GoneError(DeliveryError):
    """The address was given up for good: no call succeeds before the connector is corrected."""


class NoAnswerError(DeliveryError):
    """The request was sent and no answer came: the back office may have stored it."""

    outcome_unknown = True


class UnconfirmedError(DeliveryError):
    """An answer came that does not confirm: the back office may have stored it, and doing it again
    would do the same.
    """

    outcome_unknown = True

    @property
    def retryable(self) -> bool:
        """No: an administrator has to look first."""
        return False


class UnauthorisedError(DeliveryError):
    """The back office does not accept the credentials."""

    origin = FaultOrigin.CREDENTIAL


class ForbiddenError(DeliveryError):
    """The back office let us in and does not allow this: account or appointment."""

    origin = FaultOrigin.UNCLEAR


class MisconfiguredError(DeliveryError):
    """The connector must be corrected, or what it sends for this appointment."""

    origin = FaultOrigin.UNCLEAR


class RefusedError(DeliveryError):
    """The back office answered that it will not take this appointment."""

    origin = FaultOrigin.APPOINTMENT


class UnforeseenError(DeliveryError):
    """An error that no code expected; ``outcome_unknown`` when the call had begun.

    ``trace`` says where it was raised, without the error's own text, which may quote the payload.
    """

    origin = FaultOrigin.UNCLEAR

    def __init__(
        self, code: str, sentence: str, *, outcome_unknown: bool, trace: str | None = None
    ) -> None:
        super().__init__(code, sentence)
        self.outcome_unknown = outcome_unknown
        self.transient = not outcome_unknown
        self.trace = trace
