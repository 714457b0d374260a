"""Shows prepared calls as HTTP would carry them, without secrets."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from multidict import CIMultiDict

from common.address import exact_url, split_query
from common.contracts.connector import AuthenticationScheme
from common.contracts.mapped_request import MASK, RECORD, MappedCall, MappedHeader
from common.destinations import destination_of
from dispatcher.back_offices.http_transport import SESSION_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.contracts.connector import Connector
    from dispatcher.back_offices.calls import HttpCall, PreparedDelivery

MAX_BODY_BYTES = 1024 * 1024
"""The most bytes of all bodies together."""
MAX_CALLS = 500
_ESCAPED_RECORD = quote(RECORD, "()")
SIGNATURE = ("webhook-timestamp", "webhook-signature")


def shown_calls(connector: Connector, prepared: PreparedDelivery) -> tuple[MappedCall, ...]:
    """Return the calls in their order, at most ``MAX_CALLS``.

    ``prepared`` was mapped with the masked query of the URI.
    """
    record = f"{split_query(prepared.call.url)[0]}{RECORD}"
    follow_ups = (replace(call, url=f"{record}/{call.url}") for call in prepared.follow_ups)
    return tuple(_within_limit(connector, prepared.call, *islice(follow_ups, MAX_CALLS - 1)))


def _within_limit(connector: Connector, *calls: HttpCall) -> Iterator[MappedCall]:
    left = MAX_BODY_BYTES
    for call in calls:
        body = call.body[:left]
        left -= len(body)
        yield MappedCall(
            method=call.method,
            url=str(exact_url(call.url)).replace(_ESCAPED_RECORD, RECORD),
            headers=_shown_headers(connector, call),
            body=body.decode(errors="ignore"),
            is_whole=len(body) == len(call.body),
        )


def _shown_headers(connector: Connector, call: HttpCall) -> tuple[MappedHeader, ...]:
    """Return every header that the call has on the wire, except those of traces.

    The headers of the call replace extra ones of the same name.
    """
    sent: CIMultiDict[str] = CIMultiDict({"Host": urlsplit(str(exact_url(call.url))).netloc})
    sent.update({"Accept": "*/*"} | SESSION_HEADERS | {"Content-Length": str(len(call.body))})
    if uses_secret(connector, "headers"):
        sent.update(dict.fromkeys(connector.header_names, MASK))
    sent.update(call.headers)
    if connector.authentication.scheme is not AuthenticationScheme.NONE:
        sent["Authorization"] = MASK
    if uses_secret(connector, "signing_secret"):
        sent.update(dict.fromkeys(SIGNATURE, MASK))
    return tuple(MappedHeader(name=name, value=value) for name, value in sent.items())


def uses_secret(connector: Connector, secret: str) -> bool:
    """Return whether calls of the connector carry this secret."""
    return secret in connector.secrets and destination_of(connector, secret) is not None
