"""The tree of expected failures.

Each leaf is an answer, not a bug: it ends as a status with a code and a sentence.

DeliveryError
├── UnreachableError   not connected: nothing was sent                     transient
├── ThrottledError     429, or 503 with Retry-After: nothing was taken     transient
├── ServerFaultError   408 or any other 5xx                                transient
├── NoAnswerError      sent, then timed out or cut: the outcome is unknown  not tried again at once
├── UnconfirmedError   an answer that cannot be read: it may be stored     not tried again by itself
├── UnauthorisedError  the credentials are not accepted
├── MisconfiguredError the connector must be mended: address, TLS, names
└── RefusedError       the back office does not want this appointment

HandBackError          not a failure: the call was not begun, the message goes back to its queue
"""

from __future__ import annotations

from typing import ClassVar


class DeliveryError(Exception):
    """Why one call did not end well.

    ``code`` is the stable one of domain.md 6.3 and 6.4, ``sentence`` is for the administrator and
    holds neither secrets nor payload.
    """

    transient: ClassVar[bool] = False
    is_connectors: ClassVar[bool] = True
    """Whether the fault lies with the connector's back office as a whole rather than with this
    one appointment.
    """
    outcome_unknown: ClassVar[bool] = False

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        http_status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"[{code}] {sentence}")
        self.code = code
        self.http_status = http_status
        self.retry_after_s = retry_after_s

    @property
    def retryable(self) -> bool:
        """Whether a later attempt may well succeed without anybody mending anything."""
        return self.transient or self.outcome_unknown


class UnreachableError(DeliveryError):
    """The back office could not be connected to."""

    transient = True


class ThrottledError(DeliveryError):
    """The back office asks to be called less often."""

    transient = True


class ServerFaultError(DeliveryError):
    """The back office answered that it has trouble of its own."""

    transient = True


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
        """No: somebody has to look first."""
        return False


class UnauthorisedError(DeliveryError):
    """The back office does not accept the credentials."""


class MisconfiguredError(DeliveryError):
    """No call with this connector can succeed until it is mended."""


class RefusedError(DeliveryError):
    """The back office answered that it will not take this appointment."""

    is_connectors = False


class HandBackError(Exception):
    """The call was not begun: the process is stopping, or the lane was held for long."""
