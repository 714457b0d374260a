"""Translates observed faults into errors with a code and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatcher.back_offices.answers import UnmaskedAnswer
from dispatcher.back_offices.catalogue import CATALOGUE, ERROR_TYPES
from dispatcher.back_offices.masking import Masker
from dispatcher.errors import DeliveryError, RefusedError, UnconfirmedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from common.contracts.delivery import HttpExchange
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.catalogue import EndpointKind, Seen

VENDOR_TEXT = 500
MAX_SEARCHED = 8 * 1024
"""The characters of a fault that are searched for the words of the catalogue."""
RETRY_AFTER = "with Retry-After"
IN_CHANGE_SET = "in a change set"
WITHOUT_APPOINTMENT = "without appointment"


class FaultTranslator:
    """Translates the faults of one connector's back office. No sentence contains a secret."""

    def __init__(
        self, kind: EndpointKind, connector: str, secrets: Iterable[str] = (), host: str = ""
    ) -> None:
        self.kind = kind
        self._connector = connector
        self._masker = Masker(secrets)
        self._host = host

    def of_token_endpoint(self, host: str) -> FaultTranslator:
        """Return the translator for the connector's token endpoint, with the same secrets."""
        translator = FaultTranslator("token", self._connector, host=host)
        translator._masker = self._masker
        return translator

    def hide_secret(self, secret: str) -> None:
        """Keep one more secret out of every sentence, such as a token that was just issued."""
        self._masker.hide(secret)

    def quote(self, vendor_text: str) -> str:
        """Return a text of the back office in one line, cut off and without secrets."""
        return self._masker.quote(vendor_text, VENDOR_TEXT)

    def find_error(
        self,
        seen: Seen,
        what: str,
        response: HttpResponse | None = None,
        vendor_text: str = "",
        *,
        exchange: HttpExchange | None = None,
        **parameters: str | float,
    ) -> DeliveryError | None:
        """Return the error of the first row of the catalogue that matches, or None.

        ``vendor_text`` is the message of the back office. ``parameters`` are values for the
        sentence, such as host and seconds. ``exchange`` is the call, where there is no response.
        """
        what = what[:MAX_SEARCHED]
        rows = (row for row in CATALOGUE if row.seen == seen and row.matches(self.kind, what))
        row = next(rows, None)
        if row is None:
            return None
        error = self._error(
            ERROR_TYPES[row.means],
            row.code_for(self.kind),
            row.say.format_map(self._parameters(response) | parameters) + self._quoted(vendor_text),
            response,
            exchange,
        )
        error.transient = error.transient or row.repeats
        return error

    def transport_error(
        self,
        what: str,
        response: HttpResponse | None = None,
        *,
        exchange: HttpExchange | None = None,
        **parameters: str | float,
    ) -> DeliveryError:
        """Return the error of a fault that is no HTTP status, such as a timeout or a wrong
        setting.
        """
        return self.find_error(
            "transport", what, response, "", exchange=exchange, **parameters
        ) or self._error(UnconfirmedError, "DSUNK001", f"{what}.", response, exchange)

    def status_error(self, response: HttpResponse, vendor_text: str = "") -> DeliveryError:
        """Return the error of an HTTP status. The catalogue may have a row for its
        circumstances.
        """
        what = f"{response.status} {', '.join(_circumstances(response))}"
        return self.find_error("status", what, response, vendor_text) or self._error(
            RefusedError, "DSUNK001", f"Status code: {response.status}.", response
        )

    def _error(
        self,
        leaf: type[DeliveryError],
        code: str,
        sentence: str,
        response: HttpResponse | None,
        exchange: HttpExchange | None = None,
    ) -> DeliveryError:
        error = leaf(
            code,
            sentence,
            http_status=response.status if response else None,
            retry_after_s=response.retry_after_s if response else None,
            exchange=response.exchange if response else exchange,
            at_token_endpoint=self.kind == "token",
        )
        if response is not None and self.kind != "token":
            error.answer = UnmaskedAnswer(response, self._masker)
        return error

    def _parameters(self, response: HttpResponse | None) -> dict[str, str | float | None]:
        return {
            "status": response.status if response else None,
            "connector": self._connector,
            "host": self._host,
            "seconds": 0,
            "field": "",
            "reason": "",
        }

    def _quoted(self, vendor_text: str) -> str:
        text = self.quote(vendor_text)
        if not text:
            return ""
        server = "token endpoint" if self.kind == "token" else "back office"
        return f" The {server} says: {text}"


def _circumstances(response: HttpResponse) -> Iterator[str]:
    if response.retry_after_s is not None:
        yield RETRY_AFTER
    if response.in_change_set:
        yield IN_CHANGE_SET
    is_empty = response.exchange is not None and not response.exchange.sent_bytes
    if response.is_question or is_empty:
        yield WITHOUT_APPOINTMENT
