"""The tree of expected failures.

Each leaf is a result, not a bug. It ends as a status with a code and a sentence.

DeliveryError              origin        consequence
├── UnreachableError       connector     nothing was sent: up to three tries, then the lane is held
│   └── ClosedEarlyError   connector     connected, and closed before an appointment was sent
├── ThrottledError         connector     nothing was taken: waits as long as Retry-After says
├── ServerFaultError       connector     the call was not processed: up to three tries
├── GatewayFaultError      connector     the call may have been processed: outcome unknown, one try
├── NoAnswerError          connector     sent without an answer: outcome unknown, one try
├── GoneError              connector     gone for good: the lane is held at once, the delivery waits
├── UnauthorisedError      credential    credentials refused: one try, the lane is held at once
├── ForbiddenError         unclear       this account or this appointment is forbidden: one try
├── MisconfiguredError     unclear       the connector must be corrected: address, TLS, names
├── UnconfirmedError       unclear       an unreadable answer: the appointment may be stored
├── UnansweredError        unclear       no usable answer to a question: nothing was sent, one try
├── UnforeseenError        unclear       an error of our own: it ends this delivery alone
└── RefusedError           appointment   the back office refused this appointment

A back office that stores a repetition once gets up to three tries where others get one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from common.contracts.delivery import HttpExchange


class FaultOrigin(StrEnum):
    """The origin of a fault. It decides whether the connector's lane is held.

    Faults of the connector count towards its circuit breaker. Where the origin is unclear, the
    connection test decides. A fault of one appointment proves that the back office works.
    """

    CONNECTOR = "connector"
    CREDENTIAL = "credential"
    UNCLEAR = "unclear"
    APPOINTMENT = "appointment"


class DeliveryError(Exception):
    """The reason why one call failed.

    ``code`` is the stable code of domain.md 6.3 and 6.4. ``sentence`` is for the administrator and
    holds neither secrets nor payload. ``exchange`` is the HTTP call that failed, if one was made.
    """

    transient: bool = False
    origin: ClassVar[FaultOrigin] = FaultOrigin.CONNECTOR
    outcome_unknown: bool = False
    """Whether the back office may have the appointment. The version then counts for the order."""
    owes_create: ClassVar[bool] = False
    """Whether the create is sent again with the appointment's next version."""
    trace: str | None = None
    remaining: Any = None  # a PreparedDelivery, whose module is above this one
    """The follow-ups that are still to be sent. The record and the other follow-ups are stored."""
    answer: Any = None  # an UnmaskedAnswer, whose module is above this one
    """The answer to the call. The answers of token endpoints are never kept."""

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
        """Whether a later attempt may succeed without a correction."""
        return self.transient or self.outcome_unknown

    @property
    def is_in_doubt(self) -> bool:
        """Whether the outcome is unknown, and a repetition might store the appointment twice."""
        return self.outcome_unknown and not self.transient


class UnreachableError(DeliveryError):
    """No connection to the back office could be opened."""

    transient = True


class ClosedEarlyError(UnreachableError):
    """The server closed the connection before an appointment was sent on it."""


class ThrottledError(DeliveryError):
    """The back office asks for fewer calls."""

    transient = True


class ServerFaultError(DeliveryError):
    """The back office answered that it did not process the call, because of a fault of its own."""

    transient = True


class GatewayFaultError(DeliveryError):
    """A status that proves neither its sender nor whether the call was processed.

    The back office may have stored the appointment, and probably has not (ADR 0022).
    """

    outcome_unknown = True
    owes_create = True


class GoneError(DeliveryError):
    """The address was given up for good. No call succeeds before the connector is corrected."""


class NoAnswerError(DeliveryError):
    """The request was sent without an answer. The back office may have stored the appointment."""

    outcome_unknown = True


class UnconfirmedError(DeliveryError):
    """The answer does not confirm the appointment. The back office may have stored it.

    A repetition would have the same result, unless the back office stores a repetition once.
    """

    outcome_unknown = True

    @property
    def retryable(self) -> bool:
        """Whether no administrator has to check the back office first."""
        return self.transient


class UnauthorisedError(DeliveryError):
    """The back office does not accept the credentials."""

    origin = FaultOrigin.CREDENTIAL


class ForbiddenError(DeliveryError):
    """The back office accepts the credentials, and forbids this call or this appointment."""

    origin = FaultOrigin.UNCLEAR


class MisconfiguredError(DeliveryError):
    """A setting of the connector, or a field of this appointment, must be corrected."""

    origin = FaultOrigin.UNCLEAR


class UnansweredError(DeliveryError):
    """A question for a record without a usable answer. No appointment was sent."""

    origin = FaultOrigin.UNCLEAR


class RefusedError(DeliveryError):
    """The back office refused this appointment."""

    origin = FaultOrigin.APPOINTMENT


class UnforeseenError(DeliveryError):
    """An error without handling of its own. ``outcome_unknown`` is True when the call had begun.

    ``trace`` is the stack trace without the error's own text, which may quote the payload.
    """

    origin = FaultOrigin.UNCLEAR

    def __init__(
        self, code: str, sentence: str, *, outcome_unknown: bool, trace: str | None = None
    ) -> None:
        super().__init__(code, sentence)
        self.outcome_unknown = outcome_unknown
        self.transient = not outcome_unknown
        self.trace = trace
