"""A request that is mapped again is the request that was sent, byte for byte, without secrets."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from common.contracts.appointment import Action
from common.contracts.delivery import DeliveryRequested
from common.contracts.mapped_request import MappedCall, MappedRequestRequested
from dispatcher.back_offices.table import build
from dispatcher.errors import DeliveryError
from dispatcher.request_mapping.map_request import map_request
from dispatcher.request_mapping.shown_calls import MAX_BODY_BYTES, MAX_CALLS
from tests.support.builders import a_connector, a_delivery, a_snapshot, a_transaction, as_body
from tests.support.event_loop import measured_hold
from tests.support.sealed import with_secrets
from tests.support.simulated_back_offices import HEADER, LOGIN, SIGNING, SIMULATED

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from dispatcher.back_offices.http_client import SharedResources

OFFICE = pytest.mark.parametrize("office", SIMULATED)
API_PAGE = "Business Central API page"
QUERY = "sig=made%2Fup+query&code=secret"
SECRETS = {
    "password": LOGIN["password"],
    "headers": json.dumps({"X-Key": HEADER, "X-Other": "made-up-too"}),
    "uri_query": QUERY,
    "signing_secret": SIGNING,
}
SECRET_TEXTS = (LOGIN["password"], HEADER, SIGNING, QUERY, "made%2Fup", "made-up-too")
RESOURCES = [{"Resource": {"ResourceNo": "JO"}}, {"Resource": {"ResourceNo": "№2 🔧"}}]
BODY = as_body(a_snapshot(Assignments=RESOURCES)).decode()


class Received(NamedTuple):
    """One received request: method, address, headers and body."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


@contextlib.asynccontextmanager
async def a_server() -> AsyncIterator[tuple[str, list[Received]]]:
    """Run a server that records its requests, and confirms records of an API page."""
    received: list[Received] = []

    async def handle(request: web.Request) -> web.Response:
        received.append(
            Received(
                request.method,
                f"http://{request.host}{request.raw_path}",
                {name.decode(): value.decode() for name, value in request.raw_headers},
                await request.read(),
            )
        )
        return web.Response(status=201, headers={"Location": f"{request.path}(7)"})

    app = web.Application(client_max_size=0)
    app.add_routes([web.route("*", "/{path:.*}", handle)])
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("")).rstrip("/"), received


def connector_to(office: str, url: str, **fields: Any) -> Connector:
    found = SIMULATED[office]
    plain = a_connector(
        system=found.system,
        api_type=found.api_type,
        uri=url + (found.path or "/hook"),
        header_names=("X-Key", "X-Other"),
        **{"authentication": {"type": "Basic", "login": "DIME"}} | fields,
    )
    wanted = SECRETS if office == "webhook" else SECRETS | {"signing_secret": ""}
    return with_secrets(plain, {name: text for name, text in wanted.items() if text})


def a_request(
    delivery: DeliveryRequested, action: Action | None = None, version: int = 1
) -> MappedRequestRequested:
    return MappedRequestRequested(
        view_id="0" * 32,
        delivery_id=delivery.delivery_id,
        connector_id=delivery.connector_id,
        connector_version=version,
        action=action or delivery.transaction.action,
        transaction=delivery.transaction,
        requested_at=datetime.now(UTC),
    )


async def mapped(
    connector: Connector, request: MappedRequestRequested, shared: SharedResources
) -> tuple[MappedCall, ...]:
    calls = await map_request(connector, request, shared)
    assert not isinstance(calls, str), calls
    return calls


async def send(connector: Connector, delivery: DeliveryRequested, shared: SharedResources) -> None:
    client = build(connector, shared)
    with contextlib.suppress(DeliveryError):
        await client.send(client.prepare(delivery))
    await client.close()


@OFFICE
@pytest.mark.parametrize("action", Action)
async def test_the_mapped_request_is_the_one_that_was_sent(
    shared: SharedResources, office: str, action: Action
) -> None:
    sent_as = a_delivery(transaction=a_transaction(body=BODY, action=action))
    stored = a_delivery(transaction=a_transaction(body=BODY, action=Action.UPDATE))
    async with a_server() as (url, received):
        connector = connector_to(office, url)
        await send(connector, sent_as, shared)

        [call] = await mapped(connector, a_request(stored, action), shared)

    [sent] = received
    headers = {header.name: header.value for header in call.headers}
    assert call.method == sent.method
    assert call.url == sent.url.replace(QUERY, "***")
    assert call.body.encode() == sent.body
    assert headers.keys() == sent.headers.keys()
    secret = {name for name, value in headers.items() if value == "***"}
    assert {name: value for name, value in headers.items() if name not in secret} == {
        name: value for name, value in sent.headers.items() if name not in secret
    }
    signed = {"webhook-timestamp", "webhook-signature"} if office == "webhook" else set()
    assert secret == {"Authorization", "X-Key", "X-Other"} | signed
    assert not [text for text in SECRET_TEXTS if text in call.model_dump_json()]


async def test_follow_ups_are_shown_below_the_record(shared: SharedResources) -> None:
    delivery = a_delivery(transaction=a_transaction(body=BODY))
    async with a_server() as (url, received):
        connector = connector_to(API_PAGE, url, mapping={"resources": {"posted": "after"}})
        await send(connector, delivery, shared)

        calls = await mapped(connector, a_request(delivery), shared)

    assert [call.body.encode() for call in calls] == [sent.body for sent in received]
    assert [call.method for call in calls] == ["POST"] * 3
    assert [call.url.replace("({id})", "(7)") for call in calls[1:]] == [
        sent.url for sent in received[1:]
    ]


@OFFICE
@pytest.mark.parametrize("kind", ["Basic", "NTLM", "Windows", "Microsoft Entra ID"])
async def test_a_connector_without_its_secrets_is_mapped(
    shared: SharedResources, office: str, kind: str
) -> None:
    delivery = a_delivery(transaction=a_transaction(body=BODY))
    connector = connector_to(office, "http://127.0.0.1:9", authentication={"type": kind})
    bare = connector.model_copy(update={"secrets": {}, "ca_certificate": "no certificate"})

    [call] = await mapped(bare, a_request(delivery), shared)

    headers = {header.name: header.value for header in call.headers}
    assert headers["Authorization"] == "***"
    assert "X-Key" not in headers
    assert call.url.startswith("http://127.0.0.1:9/")
    assert "***" not in call.url


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"system": None}, "has no System"),
        ({"uri": ""}, "empty URI"),
        ({"uri": "ftp://x"}, "malformed URI"),
        ({"uri": "http://user@host/"}, "credentials in its URI"),
        ({"api_type": "FTP"}, "which is not valid"),
    ],
)
async def test_a_connector_that_cannot_be_mapped_is_a_sentence(
    shared: SharedResources, fields: dict[str, Any], words: str
) -> None:
    connector = connector_to(API_PAGE, "http://127.0.0.1:9").model_copy(update=fields)

    problem = await map_request(connector, a_request(a_delivery()), shared)

    assert isinstance(problem, str)
    assert words in problem


@pytest.mark.parametrize(
    ("connector", "body", "words"),
    [
        ({"mapping": {"fields": {"subject": 7}}}, BODY, "mapping.fields"),
        ({"time_zone": "Mars/Olympus"}, BODY, "time_zone"),
        ({}, as_body(a_snapshot(StartDate="no date")).decode(), "StartDate"),
        ({}, "{", "DS"),
    ],
)
async def test_a_setting_or_a_field_that_cannot_be_mapped_is_named(
    shared: SharedResources, connector: dict[str, Any], body: str, words: str
) -> None:
    stored = connector_to(API_PAGE, "http://127.0.0.1:9").model_copy(update=connector)
    delivery = a_delivery(transaction=a_transaction(body=body))

    with pytest.raises(DeliveryError, match=words):
        await map_request(stored, a_request(delivery), shared)


async def test_long_bodies_are_cut_off_and_hold_nothing(shared: SharedResources) -> None:
    resources = [{"Resource": {"ResourceNo": f"J{number}"}} for number in range(4_000)]
    body = as_body(a_snapshot(Assignments=resources, Body="é" * MAX_BODY_BYTES)).decode()
    delivery = a_delivery(transaction=a_transaction(body=body))
    after = connector_to(API_PAGE, "http://h", mapping={"resources": {"posted": "after"}})

    async with measured_hold() as hold:
        calls = await mapped(after, a_request(delivery), shared)
        [whole] = await mapped(connector_to("webhook", "http://h"), a_request(delivery), shared)

    assert hold.longest_s < 0.1
    assert len(calls) == MAX_CALLS
    for shown in (calls, (whole,)):
        assert sum(len(call.body.encode()) for call in shown) <= MAX_BODY_BYTES
        assert not shown[0].is_whole
