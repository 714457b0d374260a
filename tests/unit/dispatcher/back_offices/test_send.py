"""Every answer ends in a receipt, a probe's result, or an expected failure."""

from __future__ import annotations

import contextlib
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.contracts.connector import Connector
from common.contracts.mapping import ApiPageMapping, DataverseMapping, SoapMapping
from dispatcher.back_offices.api_page.client import ApiPageClient
from dispatcher.back_offices.calls import HttpCall, HttpResponse
from dispatcher.back_offices.dataverse.client import DataverseClient
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.back_offices.soap.client import PageServiceClient
from dispatcher.back_offices.webhook.client import WebhookClient
from dispatcher.errors import DeliveryError
from tests.support.builders import a_connector, a_delivery, a_snapshot, a_transaction, as_body

BODY = as_body(a_snapshot(Assignments=[{"Resource": {"ResourceNo": "JO"}}])).decode()
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PIECES = st.sampled_from(
    [
        *(b'<Soap:Envelope xmlns:Soap="' + SOAP.encode() + b'">', b"</Soap:Envelope>"),
        *(b"<Soap:Body>", b"</Soap:Body>", b"<Soap:Fault>", b"</Soap:Fault>", b"<faultcode>"),
        *(b'<?xml version="1.0" encoding="x"?>', b"<!DOCTYPE x>", b"<detail/>", b"&#0;"),
        *(b'<schema xmlns="http://www.w3.org/2001/XMLSchema">', b"</schema>", b"Edmx"),
        *(b'<element name="Create">', b'<element name="a b"/>', b"</element>"),
        *(b"HTTP/1.1 204 No Content\r\n", b"HTTP/1.1 999 x\r\n", b"\r\n\r\n", b"\r\n--"),
        *(b"{", b"}", b"[", b"]", b'{"error":{"code":null,"message":[]}}', b"\xff\xfe"),
        *(b'{"error":{"code":"0x80040217","message":"{status}"}}', b":"),
    ]
)
HEADERS = st.dictionaries(
    st.sampled_from(["Location", "Retry-After", "Content-Type"]),
    st.text(max_size=30)
    | st.sampled_from(["http://[::1", "//[", "\u00b2", "-1", "9" * 5000, "http://other/x(1)"]),
)
ANSWERS = st.builds(
    HttpResponse,
    st.sampled_from([200, 201, 204]) | st.integers(min_value=100, max_value=999),
    HEADERS,
    st.lists(PIECES | st.binary(max_size=20), max_size=8).map(b"".join),
    st.booleans(),
)


class AnsweringHttp:
    """Answers each call with the next response, and then with the last one."""

    def __init__(self, connector: Connector, faults: FaultTranslator) -> None:
        self.uri = "https://office.example/api"
        self.connector = connector
        self.faults = faults
        self.answers: list[HttpResponse] = []

    async def call(self, _: HttpCall) -> HttpResponse:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def close(self) -> None:
        """Do nothing, because no connection is open."""


def clients() -> list[tuple[Any, AnsweringHttp]]:
    connector, zone = a_connector(uri="http://127.0.0.1:9/companies(1)/visits"), ZoneInfo("UTC")
    after = ApiPageMapping.model_validate({"resources": {"posted": "after"}})
    found: list[tuple[Any, AnsweringHttp]] = []
    https = [AnsweringHttp(connector, FaultTranslator("webhook", "x"))]
    found.append((WebhookClient(https[-1], None), https[-1]))  # type: ignore[arg-type]
    for mapping in (ApiPageMapping(), after):
        https.append(AnsweringHttp(connector, FaultTranslator("API page", "x")))
        found.append((ApiPageClient(https[-1], mapping, zone), https[-1]))  # type: ignore[arg-type]
    https.append(AnsweringHttp(connector, FaultTranslator("page service", "x")))
    found.append((PageServiceClient(https[-1], SoapMapping(), zone), https[-1]))  # type: ignore[arg-type]
    https.append(AnsweringHttp(connector, FaultTranslator("Dataverse", "x")))
    found.append((DataverseClient(https[-1], DataverseMapping(), zone), https[-1]))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("number", range(5))
@settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(answers=st.lists(ANSWERS, min_size=1, max_size=3))
async def test_any_answer_ends_in_a_receipt_or_an_expected_failure(
    number: int, answers: list[HttpResponse]
) -> None:
    client, http = clients()[number]
    prepared = client.prepare(a_delivery(transaction=a_transaction(body=BODY)))

    http.answers = list(answers)
    with contextlib.suppress(DeliveryError):
        assert (await client.send(prepared)).http_status < 300
    http.answers = list(answers)
    with contextlib.suppress(DeliveryError):
        assert (await client.probe()).sentence
