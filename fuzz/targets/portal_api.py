"""The requests to the API: imports, filters, cursors, saved views, certificates and addresses."""

from __future__ import annotations

import asyncio
import json
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from common.client_address import client_address, lockout_key_of
from common.http_server.limits import DEFAULT_LIMITS
from fuzz.inputs.changes import changed
from fuzz.inputs.json_texts import json_objects, json_texts
from fuzz.inputs.texts import ADDRESSES, as_bytes, odd_bytes
from fuzz.parser import Parser, on_the_loop, one_of
from fuzz.targets import api_samples
from portal_api.appointments.schemas import AppointmentQuery
from portal_api.connector_import.import_connectors import import_rows
from portal_api.connector_import.rows import read_rows
from portal_api.connectors.fields import ConnectorFields
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.deliveries.schemas import DeliveryQuery
from portal_api.errors import PortalError
from portal_api.saved_views.schemas import SavedViewFields
from portal_api.store.pages import cursors

if TYPE_CHECKING:
    from fuzz.parser import Generate, Parse

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("127.0.0.0/8")]
_NAMES = list(ConnectorFields.model_fields)


def portal_api_parsers() -> list[Parser]:
    """Return the parsers of portal-api."""
    rows = one_of(
        (
            changed(api_samples.JSON_ROWS, [f'"{name}":'.encode() for name in _NAMES]),
            json_objects(_NAMES, api_samples.VALUES),
            json_texts(_NAMES, api_samples.VALUES),
        )
    )
    csv = changed(api_samples.CSV_ROWS, (b";", b",", b'"', b"\n", b"\r", b"limits", b"{}"))
    body = one_of((json_objects(api_samples.FILTERS, api_samples.VALUES), _addresses()))
    views = one_of((changed(api_samples.VIEWS), _views()))
    refused = (PortalError, ValidationError)
    return [
        Parser("import of JSON", _import("application/json"), rows, refused),
        Parser("import of CSV", _import("text/csv"), csv, refused),
        Parser("filter in an address", on_the_loop(_query), _addresses(), refused),
        Parser("filter in a body", on_the_loop(_filter_body), body, refused),
        Parser("cursor", on_the_loop(_cursor), _cursors(), refused),
        Parser("saved view", on_the_loop(_saved_view), views, refused),
        Parser("certificate", on_the_loop(_certificate), _certificates(), refused),
        Parser("client address", on_the_loop(_client_address), _forwarded()),
    ]


class _NoConnectors:
    """The store without a connector."""

    async def all(self) -> list[Any]:
        return []


def _import(content_type: str) -> Parse:
    store: Any = _NoConnectors()

    async def parse(raw: bytes) -> None:
        rows = await asyncio.to_thread(read_rows, content_type, raw)
        result = await import_rows(store, rows, modified_by="fuzz", dry_run=True)
        assert as_bytes(result.model_dump_json())

    return parse


def _query(raw: bytes) -> None:
    given: dict[str, list[str]] = {}
    query = raw[: DEFAULT_LIMITS.url_bytes].decode("utf-8", "replace")
    for name, value in parse_qsl(query, keep_blank_values=True):
        given.setdefault(name, []).append(value)
    parameters = {name: found if len(found) > 1 else found[0] for name, found in given.items()}
    for model in (AppointmentQuery, DeliveryQuery):
        _use(model.model_validate(parameters))


def _use(query: Any) -> None:
    held = [{"held"}] if isinstance(query, DeliveryFilter) else []
    assert "$where" not in query.mongodb_query(*held)
    assert query.unindexed_names() is not None
    assert query.page().order


def _filter_body(raw: bytes) -> None:
    found = DeliveryFilter.model_validate(DeliveryFilter.check_body(_json(raw)))
    assert isinstance(found.mongodb_query({"held"}), dict)


def _json(raw: bytes) -> object:
    """Return the JSON of a body. FastAPI refuses other bodies itself."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


class _Collection:
    """Takes the queries of a page, in the place of MongoDB."""

    def find(self, query: dict[str, Any]) -> _Collection:
        assert "$where" not in json.dumps(query, default=str)
        return self

    def sort(self, _: Any) -> _Collection:
        return self

    def limit(self, _: int) -> _Collection:
        return self


def _cursor(raw: bytes) -> None:
    after = raw.decode("utf-8", "replace")[:1_000] or "x"
    page = DeliveryQuery(after=after).page()
    collection: Any = _Collection()
    assert list(cursors(collection, {}, page)) is not None


def _saved_view(raw: bytes) -> None:
    fields = SavedViewFields.model_validate(_json(raw))
    model: type[BaseModel] = AppointmentQuery if fields.of == "appointments" else DeliveryQuery
    assert isinstance(fields.validated_query(model), dict)


def _certificate(raw: bytes) -> None:
    given = {**api_samples.CONNECTOR, "ca_certificate": raw.decode("utf-8", "replace")}
    assert ConnectorFields.model_validate(given)


def _client_address(raw: bytes) -> None:
    peer, _, forwarded = raw.decode("latin-1").partition("|")
    for address in (client_address("127.0.0.1", forwarded, PROXIES), peer):
        assert lockout_key_of(address)


def _addresses() -> Generate:
    words = [f"&{name}=".encode() for name in api_samples.FILTERS]
    return changed(api_samples.ADDRESSES, (*words, b"%", b"%00", b"%ed%a0%80", b"+", b"&"))


def _cursors() -> Generate:
    return one_of((api_samples.cursor, changed(api_samples.CURSORS), odd_bytes))


def _views() -> Generate:
    return json_objects(("name", "list", "query", "shared"), api_samples.VALUES)


def _certificates() -> Generate:
    words = (b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----", b"MIIB", b"=", b"\n")
    return changed(api_samples.certificates(), words)


def _forwarded() -> Generate:
    lists = [b"1.2.3.4|10.0.0.1, 1.2.3.4", b"::1|2001:db8::1, fd00::1", b"x|,,"]
    lists += [as_bytes(address) + b"|" + as_bytes(address) + b", 10.1.1.1" for address in ADDRESSES]
    return changed(lists, (b",", b"10.0.0.1", b"::ffff:10.0.0.1", b"%eth0", b" "))
