"""Faults for fault injection: the wrong answer, its share of the calls, and its duration."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.problem import field_errors
from simulator.errors import InvalidFieldError

MIB = 1024 * 1024
SoapFaultName = Literal[
    "DifferentTableIdsMessage",
    "ServiceBroker",
    "UnknownType",
    "ServiceNotFound",
    "DuplicateKey",
    "PermissionDenied",
    "RecordLocked",
    "Dialog",
]


class FaultTarget(StrEnum):
    """The requests that a fault affects."""

    CALLS = "calls"
    TOKENS = "tokens"
    READS = "reads"


class ODataFault(BaseModel):
    """An error of an OData server."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    code: str = Field(min_length=1, max_length=200)
    message: str = Field(max_length=2000)
    status: int = Field(default=400, ge=400, le=599)


class Fault(BaseModel):
    """One fault. Its fields can be combined, and ``delay_s`` comes first."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    status: int | None = Field(
        default=None, ge=300, le=599, description="Answer with this HTTP status. Nothing is stored."
    )
    retry_after_s: int | None = Field(
        default=None, ge=0, le=3600, description="Retry-After header of the refusal, in seconds."
    )
    stored_first: bool = Field(
        default=False,
        description="Store the call before the refusal.",
    )
    stored_after_s: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="Store the call this many seconds after the refusal.",
    )
    delay_s: float = Field(
        default=0.0,
        ge=0,
        le=3600,
        description="Seconds before the answer. Alone, the call is stored and succeeds.",
    )
    reset: bool = Field(
        default=False,
        description="Cut the TCP connection (RST) without an answer. Nothing is stored.",
    )
    store_then_silence: bool = Field(default=False, description="Store the call and never answer.")
    soap_fault: SoapFaultName | None = Field(
        default=None,
        description="The page service answers this fault with status 500, the others a plain 500.",
    )
    odata_error: ODataFault | None = Field(
        default=None,
        description=(
            "API page and Dataverse answer this error, the others its status. Nothing is stored."
        ),
    )
    record_locked: bool = Field(
        default=False,
        description=(
            "A record is locked by another user: a SOAP fault, an OData error, else a plain 500. "
            "Nothing is stored."
        ),
    )
    fault_bytes: int | None = Field(
        default=None,
        ge=1,
        le=4 * MIB,
        description="Length of the message of soap_fault or odata_error, in characters.",
    )
    fault_form: Literal["comments", "utf-16"] | None = Field(
        default=None,
        description="Write soap_fault with XML comments inside its texts, or in UTF-16.",
    )
    malformed: bool | Literal[200, 201] = Field(
        default=False,
        description="Store, and answer with a truncated body. A number is the status.",
    )
    oversized_bytes: int | None = Field(
        default=None,
        ge=1,
        le=256 * MIB,
        description="Store, and answer with success and a body of this size in bytes.",
    )
    gzip_bomb: int | None = Field(
        default=None,
        ge=1,
        le=4096 * MIB,
        description="Store, and answer with success and a gzip body that unpacks to this size.",
    )
    drip_s: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="Store, and answer with one byte per 0.2 s for this time, then the rest.",
    )
    no_location: bool = Field(
        default=False,
        description="Store, and answer with success but without the new record's address.",
    )
    location: Literal["relative", "foreign", "broken", "empty"] | None = Field(
        default=None,
        description="Store, and answer with success and the new record's address in this form.",
    )
    body: Literal["empty", "html", "json"] | None = Field(
        default=None,
        description="Store, and answer with status and headers of success, and this body.",
    )
    header_bytes: int | None = Field(
        default=None,
        ge=1,
        le=MIB,
        description="Store, and answer with success and an extra header of this size in bytes.",
    )
    closes_after: int | None = Field(
        default=None,
        ge=1,
        description="Close each connection after this number of requests. Calls succeed.",
    )
    redirect_to: str | None = Field(
        default=None,
        pattern=r"^https?://\S{1,2000}$",
        description="Answer 307 with this Location. Nothing is stored.",
    )
    token_error: str | None = Field(
        default=None,
        pattern=r"^[a-z_]{1,60}$",
        description="The token endpoint answers this OAuth error. Calls are not affected.",
    )
    token_status: int | None = Field(
        default=None,
        ge=400,
        le=599,
        description="Status of token_error. None = 401 for invalid_client, 400 for others.",
    )
    token_answer: dict[str, Any] | None = Field(
        default=None,
        description=(
            "The token endpoint issues a token with these fields changed. Null removes a field."
        ),
    )
    at_token_endpoint: bool = Field(
        default=False, description="The fault affects requests for a token, and no calls."
    )
    at_reads: bool = Field(
        default=False,
        description="The fault affects reads of records (ReadMultiple, $filter) alone.",
    )
    other_records: bool = Field(
        default=False, description="A read ignores its filter, and returns every record."
    )
    whole_seconds: bool = Field(
        default=False, description="A read returns times without fractions of a second."
    )
    sign_in_page: bool = Field(
        default=False,
        description="Answer 200 with an HTML sign-in page. Nothing is stored.",
    )
    share: float = Field(default=1.0, gt=0, le=1, description="Share of affected calls.")
    appointments: tuple[str, ...] = Field(
        default=(),
        max_length=10_000,
        description="Appointments whose calls are affected. Empty = all.",
    )
    after: int = Field(
        default=0, ge=0, description="Calls that succeed before the first affected call."
    )
    times: int | None = Field(
        default=None,
        ge=1,
        description=(
            "Affected calls before the back office is healthy again. None = until it is removed."
        ),
    )
    seed: int = Field(
        default=0,
        description="The same seed affects the same calls, counted from the setting of the fault.",
    )

    @property
    def is_refusal(self) -> bool:
        """Whether the call is refused with an error of its protocol."""
        return bool(
            self.status
            or self.soap_fault
            or self.odata_error
            or self.record_locked
            or self.token_error
        )

    @property
    def is_stored(self) -> bool:
        """Whether the call is stored despite the fault."""
        ends_before = self.is_refusal or self.reset or self.redirect_to or self.sign_in_page
        return self.stored_first or not ends_before

    @property
    def is_for_tokens(self) -> bool:
        """Whether the fault affects requests for a token, and no calls."""
        return bool(self.at_token_endpoint or self.token_error or self.token_answer)

    @property
    def target(self) -> FaultTarget:
        """The requests that the fault affects."""
        if self.is_for_tokens:
            return FaultTarget.TOKENS
        return FaultTarget.READS if self.at_reads else FaultTarget.CALLS

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a refusal."""
        return {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}


ENDINGS = (
    "status",
    "reset",
    "store_then_silence",
    "soap_fault",
    "odata_error",
    "record_locked",
    "malformed",
    "oversized_bytes",
    "gzip_bomb",
    "drip_s",
    "no_location",
    "location",
    "body",
    "header_bytes",
    "closes_after",
    "redirect_to",
    "token_error",
    "token_answer",
    "sign_in_page",
    "other_records",
    "whole_seconds",
)
"""The fields that end a call. Only one of them can be set."""
_REFUSALS = ("status", "soap_fault", "odata_error", "record_locked", "token_error")
_NEEDS = {
    "retry_after_s": _REFUSALS,
    "stored_first": (*_REFUSALS[:-1], "reset", "redirect_to"),
    "stored_after_s": (*_REFUSALS[:-1], "reset"),
    "fault_bytes": ("soap_fault", "odata_error"),
    "fault_form": ("soap_fault",),
    "token_status": ("token_error",),
}
"""The fields that refine an ending, and the endings that they belong to."""


def read_fault(text: bytes) -> Fault:
    """Return the fault of a JSON text. Raises InvalidFieldError."""
    try:
        fault = Fault.model_validate_json(text)
    except ValidationError as error:
        raise InvalidFieldError(
            field_errors(error.errors(include_url=False, include_input=False))
        ) from None
    for field, message in _contradictions(fault):
        raise InvalidFieldError([{"field": field, "message": message}])
    return fault


def _contradictions(fault: Fault) -> list[tuple[str, str]]:
    endings = [name for name in ENDINGS if getattr(fault, name)]
    found = [(name, f"cannot be combined with {endings[0]}") for name in endings[1:]]
    if not endings and not fault.delay_s:
        found.append(("body", f"must have delay_s, or one of {', '.join(ENDINGS)}"))
    for name, wanted in _NEEDS.items():
        is_set = getattr(fault, name) not in {None, False}
        if is_set and not any(ending in wanted for ending in endings):
            found.append((name, f"needs one of {', '.join(wanted)}"))
    if fault.stored_first and fault.stored_after_s:
        found.append(("stored_after_s", "cannot be combined with stored_first"))
    if (fault.other_records or fault.whole_seconds) and not fault.at_reads:
        found.append(("at_reads", "must be true for a fault of reads"))
    return found
