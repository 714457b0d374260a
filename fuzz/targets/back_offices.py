"""The answers of back offices, as the clients of the dispatcher read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from common.contracts.mapping import ApiPageMapping, DataverseMapping, SoapMapping
from dispatcher.back_offices.api_page.client import ApiPageClient, record_address
from dispatcher.back_offices.applied_rows import RecordKey
from dispatcher.back_offices.dataverse.client import DataverseClient
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.back_offices.retry_after import seconds_until_retry
from dispatcher.back_offices.soap.client import PageServiceClient
from dispatcher.back_offices.webhook.client import WebhookClient
from dispatcher.errors import DeliveryError
from fuzz.inputs.answers import answers, as_response
from fuzz.inputs.changes import changed
from fuzz.inputs.json_texts import json_texts
from fuzz.inputs.texts import ADDRESSES, DATES, NUMBERS, as_bytes, odd_bytes, odd_text
from fuzz.inputs.xml_texts import xml_texts
from fuzz.parser import Parser, on_the_loop, one_of
from fuzz.targets import samples
from tests.support.builders import a_connector, a_delivery, a_snapshot, a_transaction, as_body

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from common.contracts.connector import Connector
    from dispatcher.back_offices.calls import HttpCall, HttpResponse
    from dispatcher.back_offices.catalogue import EndpointKind
    from fuzz.parser import Generate

    Build = Callable[[Any], Any]

UTC_ZONE = ZoneInfo("UTC")
URI = "http://127.0.0.1:9/companies(1)/visits"
LONGEST_PAUSE_S = 10 * 366 * 86_400
_BODY = as_body(a_snapshot(Assignments=[{"Resource": {"ResourceNo": "JO"}}])).decode()
_KEYS = [RecordKey("13", is_id=False), RecordKey("14", is_id=False)]
_SYSTEMS = {"page service": "NAV", "API page": "Business Central", "Dataverse": "CRM"}
_API_TYPES = {"API page": "REST"}
_ODATA_ROWS = json_texts(
    ("value", "appointmentId", "databaseAction", "lastModifiedDate", "entryNo", "status", "id"),
    ("37743", "I", "U", "13", "2026-07-21T14:03:09Z", "Error"),
)
_ODATA = json_texts(("error", "code", "message", "value", "id", "UserId"), ("0x80040217", "status"))


@dataclass
class _AnsweringHttp:
    """Answers every call with one response, in the place of a server."""

    faults: FaultTranslator
    answer: HttpResponse | None = None
    uri: str = URI
    connector: Connector = field(default_factory=lambda: a_connector(uri=URI))

    async def call(self, _: HttpCall) -> HttpResponse | None:
        return self.answer


def back_office_parsers() -> list[Parser]:
    """Return the parsers of the answers to deliveries and to connection tests."""
    odata = one_of((_ODATA, changed(samples.ODATA, _words("error", "code", "message"))))
    batch = changed(
        samples.BATCH, _words("HTTP/1.1 204 x", "HTTP/1.1 2", "--batch", "Location: /x")
    )
    soap = one_of((_soap(), changed(samples.SOAP, _words("<faultcode>", "</Soap:Body>", "&#0;"))))
    wsdl = one_of(
        (_wsdl(), changed(samples.WSDL, _words('<element name="Create">', "<complexType>")))
    )
    edmx = one_of((_edmx(), changed(samples.EDMX, _words("<Property", "BaseType=", "<EntityType"))))
    rows = one_of((_ODATA_ROWS, changed(samples.ODATA_ROWS, _words("null", '"value":', "@odata."))))
    return [
        _sending("webhook answer", "webhook", lambda http: WebhookClient(http, None), odata),
        _sending("OData answer", "API page", _api_page, odata),
        _sending("OData answer to lines", "API page", _api_page_with_lines, odata),
        _sending("Dataverse batch", "Dataverse", _dataverse, one_of((batch, batch, odata))),
        _sending("SOAP answer", "page service", _page_service, soap),
        _probing("WSDL", "page service", _page_service, wsdl),
        _probing("OData metadata", "API page", _api_page, edmx),
        _probing("Dataverse metadata", "Dataverse", _dataverse, edmx),
        _finding("records of a page service", "page service", _page_service, _soap_rows()),
        _finding("records of an API page", "API page", _api_page, rows),
        _reading("states of a page service", "page service", _page_service, _soap_rows()),
        _reading("states of an API page", "API page", _api_page, rows),
        _reading("states in Dataverse", "Dataverse", _dataverse, rows),
        Parser("Retry-After", on_the_loop(_retry_after), _header((*NUMBERS, *DATES))),
        Parser("Location", on_the_loop(_location), _header(ADDRESSES)),
    ]


def _api_page(http: Any) -> ApiPageClient:
    return ApiPageClient(http, ApiPageMapping(), UTC_ZONE)


def _api_page_with_lines(http: Any) -> ApiPageClient:
    after = ApiPageMapping.model_validate({"resources": {"posted": "after"}})
    return ApiPageClient(http, after, UTC_ZONE)


def _dataverse(http: Any) -> DataverseClient:
    return DataverseClient(http, DataverseMapping(), UTC_ZONE)


def _page_service(http: Any) -> PageServiceClient:
    return PageServiceClient(http, SoapMapping(), UTC_ZONE)


def _sending(name: str, kind: EndpointKind, build: Build, body: Generate) -> Parser:
    http = _AnsweringHttp(FaultTranslator(kind, "x", ["s3cret"]))
    client = build(http)
    prepared = client.prepare(a_delivery(transaction=a_transaction(body=_BODY)))

    async def parse(raw: bytes) -> None:
        http.answer = as_response(raw)
        confirmed = await client.send(prepared)
        assert confirmed.http_status < 300 or confirmed.note

    return Parser(name, parse, answers(body), (DeliveryError,))


def _probing(name: str, kind: EndpointKind, build: Build, body: Generate) -> Parser:
    http = _AnsweringHttp(FaultTranslator(kind, "x", ["s3cret"]))
    client = build(http)

    async def parse(raw: bytes) -> None:
        http.answer = as_response(raw)
        assert (await client.probe()).sentence

    return Parser(name, parse, answers(body), (DeliveryError,))


def _finding(name: str, kind: EndpointKind, build: Build, body: Generate) -> Parser:
    http = _AnsweringHttp(FaultTranslator(kind, "x", ["s3cret"]))
    http.connector = a_connector(uri=URI, system=_SYSTEMS[kind], api_type=_API_TYPES.get(kind))
    finder = build(http).finder
    identity = finder.identify(a_delivery(transaction=a_transaction(body=_BODY)))

    async def parse(raw: bytes) -> None:
        http.answer = as_response(raw)
        found = await finder.find(identity)
        assert found is None or found.receipt

    return Parser(name, parse, answers(body), (DeliveryError,))


def _reading(name: str, kind: EndpointKind, build: Build, body: Generate) -> Parser:
    http = _AnsweringHttp(FaultTranslator(kind, "x", ["s3cret"]))
    http.connector = a_connector(uri=URI, system=_SYSTEMS[kind], api_type=_API_TYPES.get(kind))
    reader = build(http).record_reader()

    async def parse(raw: bytes) -> None:
        http.answer = as_response(raw)
        for read in (reader.read, reader.read_failures):
            states = await read(_KEYS)
            assert states is None or set(states) <= set(_KEYS)

    return Parser(name, parse, answers(body), (DeliveryError,))


def _retry_after(raw: bytes) -> None:
    seconds = seconds_until_retry(raw.decode("utf-8", "surrogateescape"), datetime.now(UTC))
    assert seconds is None or 0 <= seconds <= LONGEST_PAUSE_S


def _location(raw: bytes) -> None:
    address = record_address(URI, raw.decode("utf-8", "surrogateescape"))
    assert address is None or urlsplit(address)[:2] == urlsplit(URI)[:2]


def _header(texts: Sequence[str]) -> Generate:
    return one_of((changed([as_bytes(text) for text in texts]), odd_bytes))


def _words(*words: str) -> list[bytes]:
    return [word.encode() for word in words]


def _soap_rows() -> Generate:
    names = ("Appointment", "Appointment_Id", "Database_Action", "Last_Modified_Date", "Entry_No")
    inner = xml_texts((*names, "ReadMultiple_Result", "Key", "Status"), ("xmlns",))

    def generate(random: Random) -> bytes:
        return samples.soap_rows(inner(random))

    return one_of((generate, changed([samples.SOAP_ROWS], _words("</Appointment>", "&#0;"))))


def _soap() -> Generate:
    soap = 'xmlns:Soap="http://schemas.xmlsoap.org/soap/envelope/"'
    names = ("Soap:Body", "Soap:Fault", "faultcode", "faultstring", "detail", "string")
    inner = xml_texts((f"Soap:Fault {soap}", *names), ("xmlns", "encodingStyle"))

    def generate(random: Random) -> bytes:
        result = f'<Create_Result xmlns="{SoapMapping().namespace}"/>'.encode()
        body = result if random.random() < 0.2 else inner(random)
        return b"<Soap:Envelope %s><Soap:Body>%s</Soap:Body></Soap:Envelope>" % (
            soap.encode(),
            body,
        )

    return generate


def _wsdl() -> Generate:
    names = ("complexType", "sequence", "element", "import", "simpleType")
    schema = xml_texts(names, ("name", "type", "minOccurs", "targetNamespace", "ref"))
    head = (
        b'<definitions><types><schema xmlns="http://www.w3.org/2001/XMLSchema" '
        b'targetNamespace="%s"><element name="Create"><complexType><element name="%s" type="a"/>'
        b"</complexType></element>"
    )

    def generate(random: Random) -> bytes:
        parts = [schema(random) for _ in range(random.randrange(6))]
        namespace, entity = (odd_text(random).replace('"', "") for _ in range(2))
        start = head % (as_bytes(namespace), as_bytes(entity))
        return start + b"".join(parts) + b"</schema></types></definitions>"

    return generate


def _edmx() -> Generate:
    edm = 'xmlns="http://docs.oasis-open.org/odata/ns/edm"'
    names = (f"Schema {edm}", "EntityType", "ComplexType", "Property", "NavigationProperty")
    more = ("EntitySet", "EntityContainer", "Key", "Edmx", "Annotation")
    return xml_texts((*names, *more), ("Name", "Type", "BaseType", "EntityType", "Nullable"))
