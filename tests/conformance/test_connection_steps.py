"""*Test connection* fails at the same step as a delivery, and names the fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from common.contracts.connector import Limits
from dispatcher.connection_test.run import run_connection_test
from tests.support.builders import a_connector
from tests.support.raw_server import raw_server
from tests.support.simulated_back_offices import COMPANY, SIMULATED, a_login

if TYPE_CHECKING:
    from dispatcher.back_offices.http_client import SharedResources
    from dispatcher.connection_test.run import ConnectionTestResult
    from tests.conformance.conftest import Bench

OFFICE = pytest.mark.parametrize("office", SIMULATED)
NOT_WEBHOOK = pytest.mark.parametrize("office", [name for name in SIMULATED if name != "webhook"])
BC = "Business Central API page"
NO_COMPANY = "00000000-0000-0000-0000-000000000000"
BEFORE = [("address", True), ("TLS", True)]
ADMITTED = [*BEFORE, ("authentication", True)]
SIGN_IN = "<!doctype html><form><input name=u><input name=p type='password'></form>"


def outcome(tested: ConnectionTestResult) -> list[tuple[str, bool]]:
    return [(step.name, step.passed) for step in tested.steps]


def http(status: int, body: str = "", kind: str = "text/html", headers: str = "") -> bytes:
    text = body.encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{headers}"
    return f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text


async def of_server(
    shared: SharedResources, office: str, answer: bytes | None, **fields: Any
) -> ConnectionTestResult:
    async with raw_server(answer) as server:
        given = SIMULATED[office].connector(server.url.rstrip("/"), "x") | fields
        return await run_connection_test(a_connector(**given), shared)


async def of_simulator(bench: Bench, office: str, **changes: Any) -> ConnectionTestResult:
    connector = bench.connector(office, mapping=changes.pop("mapping", None))
    return await run_connection_test(connector.model_copy(update=changes), bench.shared)


@OFFICE
async def test_a_connector_that_works_passes_every_step(bench: Bench, office: str) -> None:
    tested = await of_simulator(bench, office)

    assert outcome(tested) == [*ADMITTED, ("endpoint", True)]


@pytest.mark.parametrize(
    ("office", "mapping", "lacking"),
    [
        ("NAV", {"fields": {"subject": "Title"}}, "Title"),
        ("NAV", {"entity": "Visit"}, "Visit"),
        ("NAV", {"namespace": "urn:x/visit"}, "urn:x/visit"),
        ("NAV", {"resources": {"name": "Crew"}}, "Crew"),
        ("NAV", {"resources": {"line": "Member"}}, "Member"),
        ("NAV", {"resources": {"fields": {"resource_no": "Member_No"}}}, "Member_No"),
        ("NAV", {"field_values": {"fields": {"field_code": "Label"}}}, "Label"),
        (BC, {"fields": {"subject": "heading"}}, "heading"),
        (BC, {"fields": {"subject": "resourceNo"}}, "resourceNo"),
        (BC, {"resources": {"name": "crew"}}, "crew"),
        (BC, {"resources": {"name": "subject"}}, "resourceNo"),
        (BC, {"resources": {"posted": "after", "fields": {"resource_no": "no"}}}, "no"),
        (BC, {"field_values": {"name": "labels"}}, "labels"),
        ("CRM", {"entity_set": "visits"}, "visits"),
        ("CRM", {"fields": {"subject": "dime_heading"}}, "dime_heading"),
        ("CRM", {"resources": {"entity_set": "members"}}, "members"),
        ("CRM", {"resources": {"link": "dime_Visit"}}, "dime_Visit"),
        ("CRM", {"resources": {"fields": {"resource_no": "dime_member"}}}, "dime_member"),
    ],
)
async def test_a_name_that_the_back_office_lacks_is_named_at_the_endpoint(
    bench: Bench, office: str, mapping: dict[str, Any], lacking: str
) -> None:
    tested = await of_simulator(bench, office, mapping=mapping)

    assert outcome(tested) == [*ADMITTED, ("endpoint", False)]
    assert lacking in tested.steps[-1].sentence


async def test_a_name_of_the_page_that_has_no_caption_of_ours_is_known(bench: Bench) -> None:
    tested = await of_simulator(bench, "NAV", mapping={"fields": {"subject": "Key", "body": None}})

    assert outcome(tested)[-1] == ("endpoint", True)


async def test_a_wrong_company_of_an_api_page_is_named(bench: Bench) -> None:
    uri = (bench.connector(BC).uri or "").replace(COMPANY, NO_COMPANY)

    tested = await of_simulator(bench, BC, uri=uri)

    assert outcome(tested) == [*ADMITTED, ("endpoint", False)]
    assert NO_COMPANY in tested.steps[-1].sentence


@pytest.mark.parametrize(("end", "lacking"), [("/visits", "visits"), ("", f"companies({COMPANY})")])
async def test_a_wrong_entity_set_of_an_api_page_is_named(
    bench: Bench, end: str, lacking: str
) -> None:
    uri = (bench.connector(BC).uri or "").replace("/appointments", end)

    tested = await of_simulator(bench, BC, uri=uri)

    assert outcome(tested)[-1] == ("endpoint", False)
    assert lacking in tested.steps[-1].sentence


@NOT_WEBHOOK
async def test_a_sign_in_page_with_200_fails_and_proves_no_credentials(
    shared: SharedResources, office: str
) -> None:
    tested = await of_server(shared, office, http(200, SIGN_IN))

    assert outcome(tested) == [*BEFORE, ("endpoint", False)]
    assert "sign-in page" in tested.steps[-1].sentence


@pytest.mark.parametrize(("page", "passes"), [(SIGN_IN, False), ("<html>Receiver</html>", True)])
async def test_a_sign_in_page_is_no_webhook(
    shared: SharedResources, page: str, *, passes: bool
) -> None:
    async def show(_: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", show)])
    async with TestServer(app, host="127.0.0.1") as server:
        tested = await run_connection_test(a_connector(uri=str(server.make_url("/"))), shared)

    admitted = ADMITTED if passes else BEFORE
    assert outcome(tested) == [*admitted, ("endpoint", passes)]


@OFFICE
@pytest.mark.parametrize("answer", [http(302, headers="Location: /login\r\n"), http(407)])
async def test_a_redirect_and_a_proxy_that_asks_who_is_calling_prove_no_credentials(
    shared: SharedResources, office: str, answer: bytes
) -> None:
    tested = await of_server(shared, office, answer)

    assert outcome(tested) == [*BEFORE, ("endpoint", False)]


@OFFICE
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_proxy_in_trouble_proves_no_credentials(
    shared: SharedResources, office: str, status: int
) -> None:
    tested = await of_server(shared, office, http(status))

    assert outcome(tested) == [*BEFORE, ("endpoint", False)]
    assert str(status) in tested.steps[-1].sentence


@pytest.mark.parametrize("name", ["Customer", "Job"])
async def test_the_wsdl_of_another_page_is_named(shared: SharedResources, name: str) -> None:
    namespace = f"urn:microsoft-dynamics-schemas/page/{name.lower()}"

    tested = await of_server(shared, "NAV", http(200, a_wsdl(name, namespace), "text/xml"))

    assert outcome(tested)[-1] == ("endpoint", False)
    assert name in tested.steps[-1].sentence
    assert tested.mapping is None


@pytest.mark.parametrize("namespace", [None, "", "1 2", "<", "urn:a b", "x" * 300])
async def test_a_wsdl_without_a_usable_namespace_fails_at_the_endpoint(
    shared: SharedResources, namespace: str | None
) -> None:
    wsdl = a_wsdl("Appointment", namespace)

    tested = await of_server(shared, "NAV", http(200, wsdl, "text/xml"))

    assert outcome(tested)[-1] == ("endpoint", False)


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", "<x/>", "<Edmx/>", "\x00", "<html>", "<!DOCTYPE a><a/>", "{"]
)
@NOT_WEBHOOK
async def test_an_answer_of_another_service_never_ends_in_an_exception(
    shared: SharedResources, office: str, body: str
) -> None:
    tested = await of_server(shared, office, http(200, body, "application/json"))

    assert outcome(tested)[-1] == ("endpoint", False)


async def test_an_error_of_our_own_is_a_step_that_failed(bench: Bench) -> None:
    with patch("dispatcher.connection_test.run.build", side_effect=KeyError("made-up-secret")):
        tested = await of_simulator(bench, "NAV")

    assert outcome(tested) == [*BEFORE, ("endpoint", False)]
    assert "KeyError" in tested.steps[-1].sentence
    assert "made-up-secret" not in tested.steps[-1].sentence


@OFFICE
async def test_a_back_office_that_is_silent_fails_at_the_endpoint(
    shared: SharedResources, office: str
) -> None:
    tested = await of_server(shared, office, None, limits=Limits(total_timeout_s=0.2))

    assert outcome(tested) == [*BEFORE, ("endpoint", False)]


@NOT_WEBHOOK
async def test_a_wrong_password_fails_at_authentication(bench: Bench, office: str) -> None:
    demanded, said, _ = a_login("Basic")
    await bench.demand(demanded)
    connector = bench.connector(office, {"password": "wrong"}, authentication=said)

    tested = await run_connection_test(connector, bench.shared)

    assert outcome(tested) == [*BEFORE, ("authentication", False)]


def a_wsdl(entity: str, namespace: str | None) -> str:
    xsd = "http://www.w3.org/2001/XMLSchema"
    target = "" if namespace is None else f' targetNamespace="{namespace.replace("<", "&lt;")}"'
    return (
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><types><schema xmlns="{xsd}"/>'
        f'<schema xmlns="{xsd}"{target}><complexType name="{entity}"><sequence>'
        '<element name="Key"/><element name="Name"/></sequence></complexType>'
        f'<element name="Create"><complexType><sequence><element name="{entity}"/></sequence>'
        "</complexType></element></schema></types></definitions>"
    )
