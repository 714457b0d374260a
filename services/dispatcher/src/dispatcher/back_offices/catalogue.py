"""The catalogue of faults.

It gives each observed fault a stable code, a sentence for the administrator, and a decision
(domain.md, 6.3 and 6.4).
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dispatcher.errors import (
    ClosedEarlyError,
    DeliveryError,
    ForbiddenError,
    GatewayFaultError,
    GoneError,
    MisconfiguredError,
    NoAnswerError,
    RefusedError,
    ServerFaultError,
    ThrottledError,
    UnansweredError,
    UnauthorisedError,
    UnconfirmedError,
    UnreachableError,
)

EndpointKind = Literal["webhook", "page service", "API page", "Dataverse", "token"]
Seen = Literal["transport", "status", "soap", "odata", "oauth"]
ERROR_TYPES: dict[str, type[DeliveryError]] = {
    "unreachable": UnreachableError,
    "closed early": ClosedEarlyError,
    "throttled": ThrottledError,
    "server fault": ServerFaultError,
    "gateway fault": GatewayFaultError,
    "no answer": NoAnswerError,
    "gone": GoneError,
    "unconfirmed": UnconfirmedError,
    "unauthorised": UnauthorisedError,
    "forbidden": ForbiddenError,
    "misconfigured": MisconfiguredError,
    "refused": RefusedError,
    "unanswered": UnansweredError,
}


class FaultRow(BaseModel):
    """One row of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seen: Seen
    is_: tuple[str, ...] = Field(alias="is")
    from_: tuple[EndpointKind, ...] | None = Field(default=None, alias="from")
    code: str | dict[EndpointKind, str]
    means: Literal[
        "unreachable",
        "closed early",
        "throttled",
        "server fault",
        "gateway fault",
        "no answer",
        "gone",
        "unconfirmed",
        "unauthorised",
        "forbidden",
        "misconfigured",
        "refused",
        "unanswered",
    ]
    say: str
    repeats: bool = False

    def matches(self, kind: EndpointKind, what: str) -> bool:
        """Return whether the row describes the fault ``what`` at this kind of endpoint."""
        if self.from_ is not None and kind not in self.from_:
            return False
        if isinstance(self.code, dict) and kind not in self.code:
            return False
        return any(self._matches(pattern, what) for pattern in self.is_)

    def code_for(self, kind: EndpointKind) -> str:
        """Return the stable code of the fault at this kind of endpoint."""
        return self.code if isinstance(self.code, str) else self.code[kind]

    def _matches(self, pattern: str, what: str) -> bool:
        if pattern == "*":
            return True
        if self.seen in {"soap", "odata"}:
            return pattern.casefold() in what.casefold()
        if self.seen == "status":
            return _is_status(*pattern.partition(" ")[::2], *what.partition(" ")[::2])
        return what == pattern


def _is_status(wanted: str, wanted_note: str, status: str, notes: str) -> bool:
    """Return whether the status has the wanted code or class, in the wanted circumstances."""
    is_class = wanted.endswith("xx") and status[:1] == wanted[:1] and len(status) == len(wanted)
    return wanted_note in {"", *notes.split(", ")} and (is_class or status == wanted)


def read_catalogue() -> tuple[FaultRow, ...]:
    """Return the rows of the catalogue in their order."""
    text = files("dispatcher.back_offices").joinpath("catalogue.toml").read_text()
    return tuple(FaultRow.model_validate(row) for row in tomllib.loads(text)["fault"])


CATALOGUE = read_catalogue()
