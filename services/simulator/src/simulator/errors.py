"""The tree of expected failures.

SimulatorError
├── InvalidFieldError   a field of a request is missing or wrong
├── TooManyError        more back offices than the limit
├── RefusedError        ingest refused the change
├── NotAcceptedError    ingest has not accepted the change in time
├── HandshakeError      a caller failed to authenticate
├── OAuthError          the token request is refused
├── SoapFaultError      the page service answers a fault
├── ODataError          the API page, or Dataverse, answers an error
│   └── ChangeError     one request of a change set is refused, and so all are
└── OutOfRangeError     a number or a date outside the range of the back office's database
"""

from __future__ import annotations


class SimulatorError(Exception):
    """An expected failure, whose text goes to the caller."""


class InvalidFieldError(SimulatorError):
    """Fields are missing or wrong. ``errors`` holds one field and message each."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(f"{errors[0]['field']}: {errors[0]['message']}")
        self.errors = errors


class TooManyError(SimulatorError):
    """More back offices than the limit."""


class RefusedError(SimulatorError):
    """Ingest refused a change permanently. ``status`` is its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"ingest refused the change with status {status}")
        self.status = status


class NotAcceptedError(SimulatorError):
    """Ingest has not accepted the change in time."""


class HandshakeError(SimulatorError):
    """A caller failed to authenticate."""


class OAuthError(SimulatorError):
    """The token request is refused. ``code`` is the error of RFC 6749, section 5.2."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


class SoapFaultError(SimulatorError):
    """A call to the page service is refused. ``exception`` is the type name of the server's
    exception.
    """

    def __init__(self, exception: str, message: str) -> None:
        super().__init__(message)
        self.exception = exception


class ODataError(SimulatorError):
    """An OData request is refused with this HTTP status and code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class ChangeError(ODataError):
    """The request with this Content-ID is refused."""

    def __init__(self, content_id: str, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.content_id = content_id


class OutOfRangeError(SimulatorError):
    """The value of this field is outside the range of the database."""

    def __init__(self, field: str, value: str, *, is_date: bool) -> None:
        super().__init__(f"The value {value} of '{field}' is outside the valid range.")
        self.field = field
        self.value = value
        self.is_date = is_date
