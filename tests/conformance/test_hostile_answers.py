"""A hostile back office neither holds the event loop, nor learns or shows a secret."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from common.contracts.connector import Connector, Limits
from common.contracts.delivery import Status
from dispatcher.back_offices.table import build
from dispatcher.connection_test.run import run_connection_test
from dispatcher.errors import DeliveryError, NoAnswerError
from tests.support.builders import a_connector, a_delivery, a_snapshot, a_transaction, as_body
from tests.support.event_loop import measured_hold
from tests.support.fake_lane import a_lane
from tests.support.flooding_server import flooding_server
from tests.support.hostile_answers import PARSERS
from tests.support.raw_server import raw_server
from tests.support.sealed import with_secrets
from tests.support.simulated_back_offices import SIMULATED
from tests.support.token_endpoint import token_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatcher.back_offices.http_client import SharedResources

OFFICE = pytest.mark.parametrize("office", SIMULATED)
BC = "Business Central API page"
PASSWORD = 'Tr0ub4dor & "3"\\<é>+%41'
HEADER = "hdr-secret-value-1"
MAX_HOLD_S = 0.1
YEAR_S = 365 * 86_400
RESOURCES = [{"Resource": {"ResourceNo": "JO"}}]
REQUEST = a_delivery(
    transaction=a_transaction(body=as_body(a_snapshot(Assignments=RESOURCES)).decode())
)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
FLOODS = {
    "interim responses": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "interim responses with headers": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "responses that nothing asked for": (b"", OK + b"Content-Length: 0\r\n\r\n"),
    "header lines": (OK, b"a: b\r\n"),
    "one header": (OK + b"X: ", b"x"),
    "cookies": (OK, b"Set-Cookie: a=b; path=/\r\n"),
    "one status line": (b"HTTP/1.1 200 ", b"x"),
    "trailers": (CHUNKED + b"0\r\n", b"a: b\r\n"),
    "chunks of one byte": (CHUNKED, b"1\r\nx\r\n"),
    "one extension of a chunk": (CHUNKED + b"1;", b"x"),
    "one body": (OK + b"\r\n", b"x"),
    "one compressed body": (OK + b"Content-Encoding: gzip\r\n\r\n", b"\x1f\x8b" + bytes(60)),
    "blank lines": (b"", b"\r\n"),
    "no HTTP": (b"", b"x"),
}


SECRETS = {"password": PASSWORD, "headers": json.dumps({"X-Key": HEADER})}


def to(
    office: str, url: str, secrets: Mapping[str, str] = MappingProxyType(SECRETS), **fields: Any
) -> Connector:
    found = SIMULATED[office]
    given = {
        "uri": url.rstrip("/") + found.path,
        "authentication": {"type": "Basic", "login": "svc"},
    }
    return with_secrets(
        a_connector(system=found.system, api_type=found.api_type, **given | fields),
        secrets,
    )


async def deliver(shared: SharedResources, connector: Connector) -> Exception | None:
    client = build(connector, shared)
    try:
        await client.send(client.prepare(REQUEST))
    except DeliveryError as error:
        return error
    finally:
        await client.close()
    return None


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_of_bytes_does_not_hold_the_event_loop(
    shared: SharedResources, flood: str
) -> None:
    limits = Limits(connect_timeout_s=5.0, total_timeout_s=5.0)
    async with flooding_server(*FLOODS[flood]) as url, measured_hold() as hold:
        error = await deliver(shared, to("webhook", url, limits=limits))

    assert hold.longest_s < MAX_HOLD_S
    assert error is None or getattr(error, "outcome_unknown", False)


async def test_endless_interim_responses_are_ended_before_the_timeout(
    shared: SharedResources,
) -> None:
    async with flooding_server(*FLOODS["interim responses"]) as url:
        error = await deliver(shared, to("webhook", url))

    assert isinstance(error, NoAnswerError)
    assert "was cut" in str(error)


async def test_a_few_interim_responses_are_no_fault(shared: SharedResources) -> None:
    answer = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5 + OK + b"Content-Length: 0\r\n\r\n"
    async with raw_server(answer) as server:
        assert await deliver(shared, to("webhook", server.url)) is None


@OFFICE
@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("parser", ["a batch", "an OData error", "a SOAP answer"])
async def test_the_worst_answers_do_not_hold_the_event_loop(
    shared: SharedResources, office: str, parser: str, status: int
) -> None:
    for fill in PARSERS[parser].worst.values():
        body = fill(PARSERS[parser].max_bytes)
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nLocation: /x\r\n\r\n"
        async with raw_server(head.encode() + body) as server, measured_hold() as hold:
            await deliver(shared, to(office, server.url))

        assert hold.longest_s < MAX_HOLD_S


@pytest.mark.parametrize("office", ["NAV", "CRM"])
async def test_long_snapshots_do_not_hold_the_event_loop(
    shared: SharedResources, office: str
) -> None:
    resources = [{"Resource": {"ResourceNo": f"J{number}"}} for number in range(8_000)]
    body = as_body(a_snapshot(Assignments=resources)).decode()
    request = a_delivery(transaction=a_transaction(body=body))
    async with raw_server(b"HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n") as server:
        lane = a_lane(build(to(office, server.url), shared))  # type: ignore[arg-type]
        async with measured_hold() as hold:
            outcome = (await lane.deliver(request)).outcome

    assert outcome.status is Status.FAILED
    assert hold.longest_s < MAX_HOLD_S


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "an Authorization header": lambda s: base64.b64encode(f"svc:{s}".encode()).decode(),
    "a form": quote_plus,
    "JSON": lambda s: json.dumps(s)[1:-1],
    "entities": lambda s: "".join(f"&#{ord(c)};" for c in s),
}


def error_body(office: str, text: str) -> bytes:
    """Return the body of a refusal that repeats a text."""
    if office == "NAV" or "page service" in office or "SOAP" in office:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        return (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
            f"<faultcode>a:b</faultcode><faultstring>{escaped}</faultstring>"
            "</s:Fault></s:Body></s:Envelope>"
        ).encode()
    return json.dumps({"error": {"code": "1", "message": text}}).encode()


@OFFICE
@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_secret_that_a_back_office_repeats_is_not_shown(
    shared: SharedResources, office: str, spelling: str
) -> None:
    echoes = [SPELLINGS[spelling](PASSWORD), SPELLINGS[spelling](HEADER)]
    body = error_body(office, f"Refused: {echoes[0]} and {echoes[1]}.")
    answer = b"HTTP/1.1 400 X\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with raw_server(answer) as server:
        connector = to(office, server.url)
        lane = a_lane(build(connector, shared))  # type: ignore[arg-type]
        outcome = (await lane.deliver(REQUEST)).outcome
        tested = await run_connection_test(connector, shared)

    shown = [outcome.model_dump_json(), *(step.sentence for step in tested.steps)]
    assert outcome.status is Status.FAILED
    for text in shown:
        assert not any(echo in text or json.dumps(echo)[1:-1] in text for echo in echoes)
        assert PASSWORD not in text
    if office != "webhook":
        assert "Refused: ***" in shown[0]


async def test_a_token_that_a_back_office_repeats_is_not_shown(shared: SharedResources) -> None:
    token = base64.urlsafe_b64encode(random.Random(7).randbytes(600)).decode()
    async with token_endpoint(answer={"access_token": token}) as endpoint:
        body = error_body(BC, f"The token {token} is not for this company.")
        answer = b"HTTP/1.1 400 X\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        async with raw_server(answer) as server:
            connector = to(
                BC,
                server.url,
                authentication={
                    "type": "OAuth2 (secret in body)",
                    "client_id": "c",
                    "token_url": f"{endpoint.url}token",
                },
                secrets={"client_secret": "made-up-client-secret"},
            )
            error = await deliver(shared, connector)

    assert "The token ***" in str(error)
    assert token[:20] not in str(error)


ODD_HEADERS = (
    *(f"Retry-After: {value}" for value in ("²", "9" * 400, "-1", "1e9", "NaN", "9" * 60_000)),
    "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
    "Content-Type: text/xml; charset=no-such",
    "Content-Type: ÿ",
    "Content-Encoding: x",
    "Location: http://[",
    "Date: 99",
    "X: \x01",
    "WWW-Authenticate: Negotiate ²",
    "WWW-Authenticate: NTLM =",
)


@OFFICE
@pytest.mark.parametrize("status", [100, 199, 201, 204, 304, 400, 401, 429, 503, 600, 999])
async def test_an_odd_header_ends_its_delivery_alone_with_a_status(
    shared: SharedResources, office: str, status: int
) -> None:
    for header in ODD_HEADERS:
        answer = f"HTTP/1.1 {status} X\r\n{header}\r\nContent-Length: 0\r\n\r\n".encode()
        async with raw_server(answer, cuts_after=1) as server:
            error = await deliver(shared, to(office, server.url))

        waits_s = getattr(error, "retry_after_s", None)
        assert waits_s is None or 0 <= waits_s <= YEAR_S
        assert str(error).isprintable()


class OtherServer:
    """A server of another origin, which keeps the headers of its requests."""

    def __init__(self, server: TestServer) -> None:
        self.server = server
        self.requests: list[dict[str, str]] = []

    @property
    def port(self) -> int:
        port = self.server.port
        assert port is not None
        return port


@pytest.fixture
async def other() -> AsyncIterator[OtherServer]:
    app = web.Application()
    server = TestServer(app, host="127.0.0.1")
    kept = OtherServer(server)

    async def keep(request: web.Request) -> web.Response:
        kept.requests.append(dict(request.headers))
        return web.Response(status=201, headers={"Location": "/x"})

    app.router.add_route("*", "/{path:.*}", keep)
    await server.start_server(shutdown_timeout=0.1)
    yield kept
    await server.close()


LOCATIONS = (
    "http://127.0.0.1:{port}/elsewhere(1)",
    "//127.0.0.1:{port}/elsewhere(1)",
    "HTTP://127.0.0.1:{port}/elsewhere(1)",
    "http://svc:x@127.0.0.1:{port}/elsewhere(1)",
    "\\\\127.0.0.1:{port}\\x",
    "http:\\\\127.0.0.1:{port}/x",
)


@OFFICE
@pytest.mark.parametrize("status", [201, 204, 301, 302, 303, 307, 308, 401, 407])
async def test_nothing_is_sent_to_the_origin_that_an_answer_names(
    shared: SharedResources, other: OtherServer, office: str, status: int
) -> None:
    for location in LOCATIONS:
        answer = naming(location.format(port=other.port), status)
        mapping = {"resources": {"posted": "after"}} if office == BC else {}
        async with raw_server(answer) as server:
            connector = to(office, server.url, mapping=mapping)
            await deliver(shared, connector)
            await run_connection_test(connector, shared)

    assert other.requests == []


def naming(address: str, status: int) -> bytes:
    """Return an answer that names an address wherever an answer can name one."""
    body = json.dumps({"@odata.nextLink": address, "@odata.editLink": address}).encode()
    text = b"" if status == HTTPStatus.NO_CONTENT else body
    head = (
        f"HTTP/1.1 {status} X\r\nLocation: {address}\r\nContent-Location: {address}\r\n"
        f"Refresh: 0; url={address}\r\nLink: <{address}>; rel=next\r\n"
        f'WWW-Authenticate: Bearer authorization_uri="{address}"\r\n'
        f"OData-EntityId: {address}\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


@pytest.mark.parametrize("posted", ["inside", "after"])
async def test_a_location_of_another_origin_leaves_a_stored_appointment_stored(
    shared: SharedResources, other: OtherServer, posted: str
) -> None:
    address = f"http://127.0.0.1:{other.port}/appointments(1)"
    answer = f"HTTP/1.1 201 X\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n".encode()
    async with raw_server(answer) as server:
        connector = to(BC, server.url, mapping={"resources": {"posted": posted}})
        error = await deliver(shared, connector)

    assert other.requests == []
    assert (error is None) == (posted == "inside")
    if error is not None:
        assert "Location header" in str(error)
        assert getattr(error, "outcome_unknown", False)


async def test_proxies_of_the_environment_are_not_used(
    shared: SharedResources, other: OtherServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{other.port}")
    async with raw_server(OK + b"Content-Length: 0\r\n\r\n") as server:
        assert await deliver(shared, to("webhook", server.url)) is None

    assert other.requests == []


async def test_a_cookie_of_a_back_office_is_sent_to_none(shared: SharedResources) -> None:
    answer = OK + b"Set-Cookie: session=1; Path=/; Domain=127.0.0.1\r\nContent-Length: 0\r\n\r\n"
    async with raw_server(answer) as server:
        for _ in range(2):
            assert await deliver(shared, to("webhook", server.url)) is None

    assert all(b"cookie" not in request.lower() for request in server.requests)
