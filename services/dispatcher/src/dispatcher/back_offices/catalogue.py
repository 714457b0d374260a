"""The catalogue of faults: what was seen becomes a stable code, a sentence for the administrator
and a decision (domain.md, 6.3 and 6.4).
"""

from __future__ import annotations

import tomllib
from collections import deque
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from dispatcher.errors import (
    ClosedEarlyError,
    DeliveryError,
    ForbiddenError,
    GatewayFaultError,
    MisconfiguredError,
    NoAnswerError,
    RefusedError,
    ServerFaultError,
    ThrottledError,
    UnauthorisedError,
    UnconfirmedError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.contracts.delivery import HttpExchange
    from dispatcher.back_offices.calls import Answer

Kind = Literal["webhook", "page service", "API page", "Dataverse", "token"]
Seen = Literal["transport", "status", "soap", "odata", "oauth"]
LEAVES: dict[str, type[DeliveryError]] = {
    "unreachable": UnreachableError,
    "closed early": ClosedEarlyError,
    "throttled": ThrottledError,
    "server fault": ServerFaultError,
    "gateway fault": GatewayFaultError,
    "no answer": NoAnswerError,
    "unconfirmed": UnconfirmedError,
    "unauthorised": UnauthorisedError,
    "forbidden": ForbiddenError,
    "misconfigured": MisconfiguredError,
    "refused": RefusedError,
}
VENDOR_TEXT = 500


class Row(BaseModel):
    """One row of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seen: Seen
    is_: tuple[str, ...] = Field(alias="is")
    from_: tuple[Kind, ...] | None = Field(default=None, alias="from")
    code: str | dict[Kind, str]
    means: Literal[
        "unreachable",
        "closed early",
        "throttled",
        "server fault",
        "gateway fault",
        "no answer",
        "unconfirmed",
        "unauthorised",
        "forbidden",
        "misconfigured",
        "refused",
    ]
    say: str

    def fits(self, kind: Kind, what: str) -> bool:
        """Whether this row is about that."""
        if self.from_ is not None and kind not in self.from_:
            return False
        if isinstance(self.code, dict) and kind not in self.code:
            return False
        return any(self._matches(pattern, what) for pattern in self.is_)

    def code_for(self, kind: Kind) -> str:
        """Return the stable code."""
        return self.code if isinstance(self.code, str) else self.code[kind]

    def _matches(self, pattern: str, what: str) -> bool:
        if pattern == "*":
            return True
        if self.seen in {"soap", "odata"}:
            return pattern.casefold() in what.casefold()
        return what == pattern or (
            pattern.endswith("xx") and what[:1] == pattern[:1] and len(what) == len(pattern)
        )


def read_catalogue() -> tuple[Row, ...]:
    """Return the rows in their order."""
    text = files("dispatcher.back_offices").joinpath("catalogue.toml").read_text()
    return tuple(Row.model_validate(row) for row in tomllib.loads(text)["fault"])


CATALOGUE = read_catalogue()


class Faults:
    """Names the faults of one connector's back office; never lets one of its secrets
    into a sentence.
    """

    def __init__(
        self, kind: Kind, connector: str, secrets: Sequence[str] = (), host: str = ""
    ) -> None:
        self.kind = kind
        self._connector = connector
        self._secrets = tuple(secret for secret in secrets if secret)
        self._host = host
        self._tokens: deque[str] = deque(maxlen=4)

    def of_token_endpoint(self, host: str) -> Faults:
        """Return the faults of the connector's token endpoint."""
        return Faults("token", self._connector, self._secrets, host)

    def hide(self, secret: str) -> None:
        """Keep one more secret out of every sentence: a token that was just issued."""
        self._tokens.append(secret)

    def find(
        self,
        seen: Seen,
        what: str,
        answer: Answer | None = None,
        said: str = "",
        *,
        exchange: HttpExchange | None = None,
        **parameters: str | float,
    ) -> DeliveryError | None:
        """Return the error of the first row that fits, or None.

        ``said`` is the vendor's own text, ``parameters`` are host and seconds; ``exchange`` is the
        call when it has no answer.
        """
        rows = (row for row in CATALOGUE if row.seen == seen and row.fits(self.kind, what))
        row = next(rows, None)
        if row is None:
            return None
        return self._error(
            LEAVES[row.means],
            row.code_for(self.kind),
            row.say.format_map(self._parameters(answer) | parameters) + self._quoted(said),
            answer,
            exchange,
        )

    def transport(
        self,
        what: str,
        answer: Answer | None = None,
        *,
        exchange: HttpExchange | None = None,
        **parameters: str | float,
    ) -> DeliveryError:
        """Return the error of a fault on the way."""
        return self.find(
            "transport", what, answer, "", exchange=exchange, **parameters
        ) or self._error(UnconfirmedError, "DSUNK001", f"{what}.", answer, exchange)

    def status(self, answer: Answer, said: str = "") -> DeliveryError:
        """Return the error of an HTTP status."""
        return self.find("status", str(answer.status), answer, said) or self._error(
            RefusedError, "DSUNK001", f"Status code: {answer.status}.", answer
        )

    def _error(
        self,
        leaf: type[DeliveryError],
        code: str,
        sentence: str,
        answer: Answer | None,
        exchange: HttpExchange | None = None,
    ) -> DeliveryError:
        return leaf(
            code,
            sentence,
            http_status=answer.status if answer else None,
            retry_after_s=answer.retry_after_s if answer else None,
            exchange=answer.exchange if answer else exchange,
            at_token_endpoint=self.kind == "token",
        )

    def _parameters(self, answer: Answer | None) -> dict[str, str | float | None]:
        return {
            "status": answer.status if answer else None,
            "connector": self._connector,
            "host": self._host,
            "seconds": 0,
            "field": "",
            "reason": "",
        }

    def _quoted(self, said: str) -> str:
        text = " ".join(said.split())
        for secret in sorted((*self._secrets, *self._tokens), key=len, reverse=True):
            text = text.replace(secret, "***")
        if not text:
            return ""
        server = "token endpoint" if self.kind == "token" else "back office"
        return f" The {server} says: {text[:VENDOR_TEXT]}{'…' if len(text) > VENDOR_TEXT else ''}"
