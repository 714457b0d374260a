"""Faults on demand: what a back office does instead of answering well, how often and for how long."""

from __future__ import annotations

import random
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.problem import field_errors
from simulator.errors import InvalidFieldError


class Fault(BaseModel):
    """One way to misbehave; the fields can be joined: ``delay_s`` comes before whatever else is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    status: int | None = Field(default=None, ge=300, le=599, description="Answer with this HTTP status; nothing is stored.")
    retry_after_s: int | None = Field(default=None, ge=0, le=3600, description="Retry-After header beside the status, in seconds.")
    delay_s: float = Field(default=0.0, ge=0, le=3600, description="Answer so much later; alone, the call is stored on arrival and answered well.")
    reset: bool = Field(default=False, description="Cut the TCP connection (RST) without an answer; nothing is stored.")
    store_then_silence: bool = Field(default=False, description="Store the call and never answer.")
    share: float = Field(default=1.0, gt=0, le=1, description="Share of calls it strikes.")
    times: int | None = Field(default=None, ge=1, description="Calls it strikes before the back office is healthy again; none = until it is removed.")
    seed: int = Field(default=0, description="The same seed strikes the same calls, counted from when the fault was set.")


def read_fault(text: bytes) -> Fault:
    """Return the fault of a JSON text; raises InvalidFieldError."""
    try:
        fault = Fault.model_validate_json(text)
    except ValidationError as error:
        raise InvalidFieldError(field_errors(error.errors(include_url=False, include_input=False))) from None
    for field, message in _contradictions(fault):
        raise InvalidFieldError([{"field": field, "message": message}])
    return fault


def _contradictions(fault: Fault) -> list[tuple[str, str]]:
    endings = [name for name in ("status", "reset", "store_then_silence") if getattr(fault, name)]
    found = [(name, f"cannot be joined with {endings[0]}") for name in endings[1:]]
    if not endings and not fault.delay_s:
        found.append(("body", "must say what goes wrong: status, delay_s, reset or store_then_silence"))
    if fault.retry_after_s is not None and fault.status is None:
        found.append(("retry_after_s", "needs a status beside it"))
    return found


class Faults:
    """Decides call by call whether the fault strikes."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._random = random.Random(fault.seed)  # noqa: S311 - repeatable is the point
        self._struck = 0

    @property
    def is_over(self) -> bool:
        """Whether it has struck as often as it was asked to."""
        return self._fault.times is not None and self._struck >= self._fault.times

    @property
    def state(self) -> dict[str, Any]:
        """The fault as it was set, and how often it struck."""
        return {**self._fault.model_dump(), "struck": self._struck}

    def strike(self) -> Fault | None:
        """Return what to do to this call; None = treat it well."""
        if self.is_over or self._random.random() >= self._fault.share:
            return None
        self._struck += 1
        return self._fault
