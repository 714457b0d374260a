"""Each system confirms a record with its receipt. The strangest answer of a success stays one."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from common.contracts.delivery import Status
from common.contracts.mapping import SoapMapping
from common.contracts.receipt import MAX_RECEIPT_LENGTH, Receipt
from dispatcher.back_offices.dataverse.client import ALREADY_THERE, IDS
from dispatcher.back_offices.table import build
from dispatcher.errors import RefusedError
from dispatcher.outcome import Outcome
from tests.support.builders import a_connector, a_delivery, a_snapshot, a_transaction, as_body
from tests.support.raw_server import raw_server
from tests.support.sealed import with_secrets
from tests.support.simulated_back_offices import COMPANY, SIMULATED

if TYPE_CHECKING:
    from dispatcher.back_offices.calls import Confirmation
    from dispatcher.back_offices.http_client import SharedResources
    from tests.conformance.conftest import Bench

OFFICE = pytest.mark.parametrize("office", SIMULATED)
RESOURCES = [{"Resource": {"ResourceNo": "JO"}}]
REQUEST = a_delivery(
    transaction=a_transaction(body=as_body(a_snapshot(Assignments=RESOURCES)).decode())
)
API_PAGE, SOAP = "Business Central API page", "Business Central SOAP"
PASSWORD = "made-up/pass(word)"
GUID = "5d115c9c-0000-ea11-bb43-000d3a2feca1"


async def received(bench: Bench, office: str, **fields: Any) -> tuple[Receipt | None, str]:
    """Deliver once. Return the receipt, and the id of the record in the simulator."""
    confirmed = await bench.deliver(bench.connector(office, **fields), REQUEST)
    [record] = (await bench.simulator.simulated("GET", bench.name, "/records"))["records"]
    return confirmed.receipt, record["entity_id"]


@pytest.mark.parametrize("office", [SOAP, "NAV"])
async def test_a_page_service_names_key_and_entry_no(bench: Bench, office: str) -> None:
    receipt, _ = await received(bench, office)

    assert receipt is not None
    assert receipt.entry_no == "1"
    assert (receipt.key or "").endswith(";1;1;")
    assert (receipt.record_id, receipt.location, receipt.etag) == (None, None, None)


@pytest.mark.parametrize("posted", ["inside", "after"])
async def test_an_api_page_names_the_record(bench: Bench, posted: str) -> None:
    receipt, identity = await received(bench, API_PAGE, mapping={"resources": {"posted": posted}})

    assert receipt is not None
    assert (receipt.record_id, receipt.entry_no, receipt.key) == (identity, "1", None)
    assert (receipt.location or "").endswith(f"/companies({COMPANY})/appointments({identity})")
    assert (receipt.etag or "").startswith('W/"')


async def test_dataverse_names_the_record_that_the_delivery_decides(bench: Bench) -> None:
    receipt, identity = await received(bench, "CRM")

    assert receipt is not None
    assert receipt.record_id == identity
    assert (receipt.location or "").endswith(f"/dime_dsappointments({identity})")


async def test_dataverse_without_an_address_has_the_id_that_was_sent(bench: Bench) -> None:
    await bench.fault(no_location=True)

    receipt, identity = await received(bench, "CRM")

    assert receipt is not None
    assert receipt.record_id == identity
    assert (receipt.location or "").endswith(f"/dime_dsappointments({identity})")


async def test_a_webhook_without_an_address_has_no_receipt(bench: Bench) -> None:
    receipt, _ = await received(bench, "webhook")

    assert receipt is None


def http(status: int, body: bytes, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return (
        f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode("latin-1")
        + body
    )


async def confirmed_by(shared: SharedResources, office: str, answer: bytes) -> Confirmation:
    found = SIMULATED[office]
    async with raw_server(answer) as server:
        plain = a_connector(
            system=found.system,
            api_type=found.api_type,
            uri=server.url.rstrip("/") + found.path,
            authentication={"type": "Basic", "login": "DIME"},
        )
        client = build(with_secrets(plain, {"password": PASSWORD}), shared)
        try:
            return await client.send(client.prepare(REQUEST))
        finally:
            await client.close()


async def test_a_webhook_names_address_and_etag_where_it_gives_them(
    shared: SharedResources,
) -> None:
    answer = http(201, b"", "Location: /jobs/7?sig=secret#x", 'ETag: "v1"')

    receipt = (await confirmed_by(shared, "webhook", answer)).receipt

    assert receipt is not None
    assert (receipt.location or "").endswith("/jobs/7")
    assert receipt.etag == '"v1"'


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://user:pw@elsewhere.example/jobs/7?sig=1", "https://elsewhere.example/jobs/7"),
        ("http://[::1", None),
        ("?sig=1", "http://127"),
        (f"/jobs/{PASSWORD}", "/jobs/***"),
        ("/jobs/made-up%2Fpass%28word%29", "/jobs/***"),
        (f"/{'x' * 5_000}", "x"),
        (f"/{'x' * 470}{PASSWORD}/y", "***"),
        ("/jobs/\x01\x02", "/jobs/"),
    ],
)
async def test_an_address_is_shown_without_query_and_secrets(
    shared: SharedResources, location: str, shown: str | None
) -> None:
    receipt = (
        await confirmed_by(shared, "webhook", http(200, b"", f"Location: {location}", "ETag: e"))
    ).receipt

    assert receipt is not None
    assert receipt.etag == "e"
    assert (shown in (receipt.location or "")) if shown else receipt.location is None
    assert len(receipt.location or "") <= MAX_RECEIPT_LENGTH
    assert "sig" not in (receipt.location or "")


RECORD = {"systemId": GUID, "entryNo": 17, "@odata.etag": 'W/"1"'}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (RECORD, (GUID, "17", 'W/"1"')),
        (RECORD | {"id": "other"}, (GUID, "17", 'W/"1"')),
        ({"id": GUID, "entryNo": "17"}, (GUID, "17", '"header"')),
        ({"id": PASSWORD, "entryNo": 1}, ("***", "1", '"header"')),
        ({"id": "x" * 5_000}, ("x" * 500, None, '"header"')),
        ({"id": {"a": 1}, "entryNo": [], "@odata.etag": True}, (None, None, None)),
        ({"id": 7, "entryNo": 1.5}, ("7", None, '"header"')),
        ({"id": "", "entryNo": None}, ("1", None, '"header"')),
        ([1], ("1", None, '"header"')),
        (None, ("1", None, '"header"')),
    ],
)
async def test_a_strange_record_of_an_api_page_is_a_success(
    shared: SharedResources, body: Any, wanted: tuple[str | None, ...]
) -> None:
    location = f"/appointments({GUID})"
    answer = http(201, json.dumps(body).encode(), f"Location: {location}", 'ETag: "header"')

    receipt = (await confirmed_by(shared, API_PAGE, answer)).receipt

    assert receipt is not None
    ids = {"1": GUID}
    assert (receipt.record_id, receipt.entry_no, receipt.etag) == tuple(
        ids.get(text or "", text) if place == 0 else text for place, text in enumerate(wanted)
    )


NAMESPACE = SoapMapping().namespace
GUID_ADDRESS = f"https://org.example/api/data/v9.2/dime_dsappointments({GUID})?$select=x"


def result(inside: str, entity: str = "Appointment") -> bytes:
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<Create_Result xmlns="{NAMESPACE}"><{entity}>{inside}</{entity}></Create_Result>'
        "</s:Body></s:Envelope>"
    ).encode()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (result("<Key>24;a</Key><Entry_No>17</Entry_No>"), ("24;a", "17")),
        (result(f"<Key>{PASSWORD}</Key>"), ("***", None)),
        (result(f"<Key>{'x' * 5_000}</Key>"), ("x" * 500, None)),
        (result("<Key>a&#xD800;b&#x1;c</Key>"), ("a\ufffd\ufffd\ufffdb\ufffdc", None)),
        (result("<Key/><Entry_No> </Entry_No>"), None),
        (result("<Key><b>1</b></Key><Resources><Key>2</Key></Resources>"), None),
        (result('<Key xmlns="urn:other">1</Key>'), None),
        (result("<Key>1</Key>", "Other"), None),
        (result("<Key>1</Key><Key>2</Key>"), ("1", None)),
        (result("").replace(b"<Appointment></Appointment>", b""), None),
    ],
)
async def test_a_strange_result_of_a_page_service_is_a_success(
    shared: SharedResources, body: bytes, wanted: tuple[str | None, str | None] | None
) -> None:
    confirmed = await confirmed_by(shared, SOAP, http(200, body, "Content-Type: text/xml"))

    receipt = confirmed.receipt
    assert (receipt and (receipt.key, receipt.entry_no)) == wanted
    confirmed_as = Outcome(status=Status.SUCCESS, receipt=receipt)
    assert Outcome.model_validate_json(confirmed_as.model_dump_json()) == confirmed_as


@pytest.mark.parametrize(
    ("header", "identity", "location"),
    [
        (f"OData-EntityId: {GUID_ADDRESS}", GUID, GUID_ADDRESS.partition("?")[0]),
        (f"Location: {GUID_ADDRESS}", GUID, GUID_ADDRESS.partition("?")[0]),
        ("OData-EntityId: http://[::1", None, None),
        ("OData-EntityId: nonsense", None, "nonsense"),
        (f"OData-EntityId: /{PASSWORD}", None, "/***"),
        (f"OData-EntityId: /{'x' * 5_000}", None, "xxx"),
        ("X: y", None, None),
    ],
)
async def test_a_strange_address_of_dataverse_is_a_success(
    shared: SharedResources, header: str, identity: str | None, location: str | None
) -> None:
    parts = "".join(
        "--c\r\nContent-Type: application/http\r\n\r\n"
        f'HTTP/1.1 204 No Content\r\n{header}\r\nETag: W/"7"\r\n\r\n\r\n'
        for _ in range(2)
    )
    answer = http(200, f"{parts}--c--\r\n".encode(), "Content-Type: multipart/mixed; boundary=c")

    confirmed = await confirmed_by(shared, "CRM", answer)

    receipt = confirmed.receipt
    assert receipt is not None
    own = str(uuid.uuid5(IDS, REQUEST.delivery_id))
    assert (receipt.record_id, receipt.etag) == (identity or own, 'W/"7"')
    assert (location or own) in (receipt.location or "")
    assert "select" not in (receipt.location or "")


@pytest.mark.parametrize("named", ["", "Content-ID: 1\r\n", "content-id:1\r\n"])
@pytest.mark.parametrize("body", [b"", b"{}", b'{"error":{"code":"","message":"It exists."}}'])
async def test_a_record_that_dataverse_has_already_is_a_success(
    shared: SharedResources, named: str, body: bytes
) -> None:
    parts = f"--c\r\nContent-Type: application/http\r\n{named}\r\nHTTP/1.1 412 X\r\n\r\n".encode()
    answer = http(412, parts + body + b"\r\n--c--\r\n")

    confirmed = await confirmed_by(shared, "CRM", answer)

    assert confirmed.note == ALREADY_THERE
    assert confirmed.receipt is not None
    assert confirmed.receipt.record_id == str(uuid.uuid5(IDS, REQUEST.delivery_id))


async def test_a_resource_that_dataverse_has_already_is_no_success(
    shared: SharedResources,
) -> None:
    parts = b"--c\r\nContent-ID: 2\r\n\r\nHTTP/1.1 412 X\r\n\r\n{}\r\n--c--\r\n"

    with pytest.raises(RefusedError):
        await confirmed_by(shared, "CRM", http(412, parts))
