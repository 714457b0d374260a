"""The answers of back offices, as the clients of the dispatcher read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from common.contracts.mapping import ApiPageMapping, DataverseMapping, SoapMapping
from dispatcher.back_offices.api_page.client import ApiPageClient, record_address
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
    from collections.abc import Sequence
    from random import Random

    from dispatcher.back_offices.calls import HttpCall, HttpResponse
    from fuzz.parser import Generate

URI = "http://127.0.0.1:9/companies(1)/visits"
LONGEST_PAUSE_S = 10 * 366 * 86_400
_BODY = as_body(a_snapshot(Assignments=[{"Resource": {"ResourceNo": "JO"}}])).decode()
_ODATA = json_texts(("error", "code", "message", "value", "id", "UserId"), ("0x80040217", "status"))


@dataclass
class _AnsweringHttp:
    """Answers every call with one response, in the place of a server."""

    faults: FaultTranslator
    answer: HttpResponse | None = None
    connector: Any = None
    uri: str = URI

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
    after = ApiPageMapping.model_validate({"resources": {"posted": "after"}})
    zone = ZoneInfo("UTC")
    webhook = WebhookClient(_http("webhook"), None)
    page = PageServiceClient(_http("page service"), SoapMapping(), zone)
    api = ApiPageClient(_http("API page"), ApiPageMapping(), zone)
    lines = ApiPageClient(_http("API page"), after, zone)
    dataverse = DataverseClient(_http("Dataverse"), DataverseMapping(), zone)
    return [
        _sending("webhook answer", webhook, odata),
        _sending("OData answer", api, odata),
        _sending("OData answer to lines", lines, odata),
        _sending("Dataverse batch", dataverse, one_of((batch, batch, odata))),
        _sending("SOAP answer", page, soap),
        _probing("WSDL", page, wsdl),
        _probing("OData metadata", api, edmx),
        _probing("Dataverse metadata", dataverse, edmx),
        Parser("Retry-After", on_the_loop(_retry_after), _header((*NUMBERS, *DATES))),
        Parser("Location", on_the_loop(_location), _header(ADDRESSES)),
    ]


def _http(kind: Any) -> Any:
    return _AnsweringHttp(FaultTranslator(kind, "x", ["s3cret"]), connector=a_connector(uri=URI))


def _sending(name: str, client: Any, body: Generate) -> Parser:
    prepared = client.prepare(a_delivery(transaction=a_transaction(body=_BODY)))

    async def parse(raw: bytes) -> None:
        client._http.answer = as_response(raw)
        receipt = await client.send(prepared)
        assert receipt.http_status < 300

    return Parser(name, parse, answers(body), (DeliveryError,))


def _probing(name: str, client: Any, body: Generate) -> Parser:
    async def parse(raw: bytes) -> None:
        client._http.answer = as_response(raw)
        assert (await client.probe()).sentence

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
    head = b'<definitions><types><schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="%s">'
    create = (
        b'<element name="Create"><complexType><element name="%s" type="a"/></complexType></element>'
    )

    def generate(random: Random) -> bytes:
        parts = [schema(random) for _ in range(random.randrange(6))]
        namespace, entity = (odd_text(random).replace('"', "") for _ in range(2))
        start = head % as_bytes(namespace) + create % as_bytes(entity)
        return start + b"".join(parts) + b"</schema></types></definitions>"

    return generate


def _edmx() -> Generate:
    edm = 'xmlns="http://docs.oasis-open.org/odata/ns/edm"'
    names = (f"Schema {edm}", "EntityType", "ComplexType", "Property", "NavigationProperty")
    more = ("EntitySet", "EntityContainer", "Key", "Edmx", "Annotation")
    return xml_texts((*names, *more), ("Name", "Type", "BaseType", "EntityType", "Nullable"))
