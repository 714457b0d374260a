"""The worst answers of a back office, by the parser that reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from common.contracts.mapping import ApiPageMapping, DataverseMapping, SoapMapping
from dispatcher.back_offices.api_page.probe import wrong_names as wrong_api_page_names
from dispatcher.back_offices.authentication.oauth2 import parse_token_refusal
from dispatcher.back_offices.authentication.token_cache import parse_token
from dispatcher.back_offices.calls import MAX_RESPONSE_BYTES, HttpResponse
from dispatcher.back_offices.dataverse.batch import parse_batch
from dispatcher.back_offices.dataverse.probe import wrong_names as wrong_dataverse_names
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.back_offices.odata import parse_object, parse_odata_error
from dispatcher.back_offices.odata_metadata import MAX_METADATA_BYTES
from dispatcher.back_offices.probe import is_sign_in_page
from dispatcher.back_offices.soap.probe import compare
from dispatcher.back_offices.soap.response import read_response
from dispatcher.back_offices.soap.wsdl import MAX_WSDL_BYTES

PAGE = SoapMapping().namespace
ENTITY = "Appointment"
FAULTS = FaultTranslator("page service", "BC")
SOAP = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
SOAP_END = b"</s:Body></s:Envelope>"
ERROR = b'{"error":{"code":"1","message":"","x":'
WSDL = (
    b'<d xmlns="http://www.w3.org/2001/XMLSchema"><w:types xmlns:w="w"><schema>'
    b'<element name="Create"><complexType><element name="E"/></complexType></element>'
)
WSDL_END = b"</schema></w:types></d>"
Filler = Callable[[int], bytes]


class Parser(NamedTuple):
    """A parser of answers, its largest input in bytes, and its worst inputs by size."""

    parse: Callable[[bytes], Any]
    max_bytes: int
    worst: Mapping[str, Filler]


def repeated(unit: bytes, head: bytes = b"", tail: bytes = b"") -> Filler:
    """Return an input of one part again and again."""
    return lambda size: head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


def numbered(unit: str, head: bytes = b"", tail: bytes = b"") -> Filler:
    """Return an input of parts that differ by their number."""

    def fill(size: int) -> bytes:
        count = (size - len(head) - len(tail)) // (len(unit) + 5)
        return head + "".join(unit.replace("#", str(n)) for n in range(count)).encode() + tail

    return fill


def linked(names: str, last: str) -> Filler:
    """Return a WSDL whose types refer to each other, each element to the same type."""

    def fill(size: int) -> bytes:
        count = size // len(names) // 50
        types = b""
        for name, inner in zip(names, [*names[1:], last], strict=True):
            elements = "".join(f'<element name="{n}" type="{inner}"/>' for n in range(count))
            types += f'<complexType name="{name}">{elements}</complexType>'.encode()
        return WSDL + types + WSDL_END

    return fill


def page(body: bytes) -> bool:
    return is_sign_in_page(HttpResponse(200, {}, body, is_whole=True))


JSON = {
    "deep arrays": repeated(b"["),
    "deep objects": repeated(b'{"a":'),
    "a number of many digits": repeated(b"9", ERROR, b"}}"),
    "numbers of many digits": repeated(b"9" * 4299 + b",", ERROR + b"[", b"1]}}"),
    "a fraction of many digits": repeated(b"9", ERROR + b"0.", b"}}"),
    "infinite numbers": repeated(b"1e999,", ERROR + b"[", b"1]}}"),
    "NaN": repeated(b"NaN,", ERROR + b"[", b"1]}}"),
    "one array": repeated(b"1,", b"[", b"1]"),
    "empty objects": repeated(b"{},", ERROR + b"[", b"{}]}}"),
    "escapes": repeated(b"\\u0041", b'{"error":{"code":"1","message":"', b'"}}'),
    "half of a surrogate pair": repeated(b"\\ud800", b'{"error":{"code":"1","message":"', b'"}}'),
    "many names": numbered('"n#":1,', b'{"error":{', b'"code":"1"}}'),
    "the same name": repeated(b'"code":"1",', b'{"error":{', b'"code":"1"}}'),
}
XML = {
    "elements": repeated(b"<a/>", SOAP, SOAP_END),
    "open elements": repeated(b"<a>", SOAP),
    "attributes": numbered('a#="" ', SOAP + b"<a ", b"/>" + SOAP_END),
    "the same attribute": repeated(b'a="" ', SOAP + b"<a ", b"/>" + SOAP_END),
    "namespaces": numbered('xmlns:a#="u#" ', SOAP + b"<a ", b"/>" + SOAP_END),
    "unknown namespaces": repeated(b"<q:a/>", SOAP, SOAP_END),
    "forbidden references": repeated(b"&#1;", SOAP),
    "unknown entities": repeated(b"&x;", SOAP),
    "entities": repeated(b"<!ENTITY a 'b'>", b"<!DOCTYPE x ["),
    "angle brackets": repeated(b"<a<", SOAP),
    "bytes of no encoding": repeated(b"\xff", SOAP),
    "details": repeated(
        b"<a>x</a>", SOAP + b"<s:Fault><detail>", b"</detail></s:Fault>" + SOAP_END
    ),
    "bodies": repeated(b"<s:Body/>", SOAP[:-8]),
    "one text": repeated(b"x", SOAP + b"<s:Fault><faultstring>"),
}
PARSERS = {
    "a batch": Parser(
        lambda body: parse_batch(body, 200),
        MAX_RESPONSE_BYTES,
        {
            "statuses without a blank line": repeated(b"HTTP/1.1 200 \n"),
            "statuses in parts": repeated(b"\n--\nHTTP/1.1 200 \r\n\r\n"),
            "boundaries": repeated(b"\n--"),
            "line breaks": repeated(b"\r", b"HTTP/1.1 200 OK\n"),
            "blank lines": repeated(b"\r\n\r\n"),
            "headers": numbered("h#:1\n", b"HTTP/1.1 200 OK\n"),
            "one header": repeated(b"a", b"HTTP/1.1 200 OK\n"),
        },
    ),
    "an OData error": Parser(parse_odata_error, MAX_RESPONSE_BYTES, JSON),
    "an OData object": Parser(parse_object, MAX_RESPONSE_BYTES, JSON),
    "a token": Parser(parse_token, MAX_RESPONSE_BYTES, JSON),
    "a refusal of a token": Parser(parse_token_refusal, MAX_RESPONSE_BYTES, JSON),
    "a SOAP answer": Parser(
        lambda body: read_response(body, PAGE, ENTITY), MAX_RESPONSE_BYTES, XML
    ),
    "a WSDL": Parser(
        lambda body: compare(body, SoapMapping(), FAULTS),
        MAX_WSDL_BYTES,
        XML
        | {
            "types": numbered('<complexType name="T#"/>', WSDL, WSDL_END),
            "types of types": linked("ETU", ""),
            "a type of itself": linked("E", "E"),
            "nested schemas": repeated(b'<schema><element name="Create">', WSDL),
            "many Create": repeated(b'<element name="Create"/>', WSDL, WSDL_END),
        },
    ),
    "metadata": Parser(
        lambda body: wrong_api_page_names(body, ApiPageMapping(), "s"),
        MAX_METADATA_BYTES,
        {
            "elements": repeated(b"<a/>", b"<Edmx>", b"</Edmx>"),
            "properties": numbered(
                '<Property Name="p#"/>',
                b'<Edmx><EntitySet Name="s" EntityType="T"/><EntityType Name="T">',
                b"</EntityType></Edmx>",
            ),
            "attributes": numbered('a#="" ', b"<Edmx><a ", b"/></Edmx>"),
            "base types": numbered(
                '<EntityType Name="T#" BaseType="x.T0"><Property Name="p"/></EntityType>',
                b'<Edmx><EntitySet Name="s" EntityType="x.T1"/>',
                b"</Edmx>",
            ),
            "open elements": repeated(b"<a>", b"<Edmx>"),
            "unknown entities": repeated(b"&x;", b"<Edmx>"),
        },
    ),
    "metadata of Dataverse": Parser(
        lambda body: wrong_dataverse_names(body, DataverseMapping()),
        MAX_METADATA_BYTES,
        {"one text": repeated(b"x", b"<Edmx>", b"</Edmx>")},
    ),
    "a web page": Parser(
        page,
        MAX_RESPONSE_BYTES,
        {
            "fields": repeated(b"<input "),
            "types": repeated(b"<input type="),
            "blanks": repeated(b" ", b"<input type"),
            "blanks first": repeated(b" "),
        },
    ),
}
