"""NTLM and Windows authentication.

Each call sends the password's proof once, and only a response to the payload counts.
"""

from __future__ import annotations

import asyncio

import pytest

from common.contracts.connector import Connector
from dispatcher.back_offices.calls import Confirmation
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.back_offices.table import build
from dispatcher.errors import ClosedEarlyError, UnauthorisedError
from tests.support.builders import a_connector, a_delivery, a_snapshot, a_transaction, as_body
from tests.support.sealed import with_secrets
from tests.support.simulated_back_offices import a_login
from tests.support.windows_server import WindowsServer, windows_server

BODY = as_body(a_snapshot())
REQUEST = a_delivery(transaction=a_transaction(body=BODY.decode()))
KIND = pytest.mark.parametrize("kind", ["NTLM", "Windows"])
ANNOUNCES = pytest.mark.parametrize("announces", [True, False])


def connector(server: WindowsServer, kind: str, **login: str) -> Connector:
    _, said, secrets = a_login(kind, **login)
    return with_secrets(a_connector(uri=server.url, authentication=said), secrets)


async def deliver(shared: SharedResources, to: Connector, times: int = 1) -> list[Confirmation]:
    """Send the snapshot several times, each time after the client has noticed the server's
    closing.
    """
    client = build(to, shared)
    receipts = []
    try:
        for _ in range(times):
            receipts.append(await client.send(client.prepare(REQUEST)))
            for _ in range(20):
                await asyncio.sleep(0)
    finally:
        await client.close()
    return receipts


@KIND
@pytest.mark.parametrize("schemes", [("Negotiate", "NTLM"), ("NTLM", "Negotiate"), ("NTLM",)])
async def test_a_wrong_password_is_tried_once(
    shared: SharedResources, kind: str, schemes: tuple[str, ...]
) -> None:
    async with windows_server(schemes=schemes) as server:
        with pytest.raises(UnauthorisedError):
            await deliver(shared, connector(server, kind, password="wrong"))

    assert (server.proofs, server.stored) == (1, [])


async def test_another_scheme_is_tried_where_the_first_is_not_offered(
    shared: SharedResources,
) -> None:
    async with windows_server(schemes=("Negotiate",)) as server:
        await deliver(shared, connector(server, "Windows"))

    assert (server.proofs, server.stored) == (1, [BODY])


@KIND
@pytest.mark.parametrize("status", [200, 202, 204])
async def test_a_server_that_lets_everybody_in_gets_the_snapshot(
    shared: SharedResources, kind: str, status: int
) -> None:
    async with windows_server(lets_in=status) as server:
        [receipt] = await deliver(shared, connector(server, kind))

    assert receipt.http_status == status
    assert server.stored[-1] == BODY
    assert receipt.exchange is not None
    assert receipt.exchange.sent_bytes == len(BODY)


@KIND
@pytest.mark.parametrize(
    "challenge",
    ["", "!", "AAAA", "TlRMTVNTUAACAAAA", "TlRMTVNTUAACAAAA//////////8=", "oYIB", "YIIBAA=="],
)
async def test_a_challenge_that_cannot_be_read_is_a_refusal(
    shared: SharedResources, kind: str, challenge: str
) -> None:
    async with windows_server(challenge=challenge) as server:
        with pytest.raises(UnauthorisedError):
            await deliver(shared, connector(server, kind))

    assert server.proofs <= 1


@KIND
async def test_the_snapshot_travels_once(shared: SharedResources, kind: str) -> None:
    async with windows_server(schemes=("NTLM",)) as server:
        await deliver(shared, connector(server, kind), times=3)

    assert server.bodies == [b"", BODY, BODY, BODY]
    assert (server.proofs, server.stored) == (1, [BODY] * 3)


@KIND
@ANNOUNCES
async def test_a_connection_that_closes_after_two_requests_is_replaced(
    shared: SharedResources, kind: str, *, announces: bool
) -> None:
    async with windows_server(closes_after=2, announces=announces) as server:
        await deliver(shared, connector(server, kind), times=3)

    assert server.stored == [BODY] * 3


@KIND
@ANNOUNCES
async def test_a_server_that_closes_before_the_payload_has_stored_nothing(
    shared: SharedResources, kind: str, *, announces: bool
) -> None:
    async with windows_server(closes_after=1, announces=announces) as server:
        with pytest.raises(ClosedEarlyError) as raised:
            await deliver(shared, connector(server, kind))

    assert not raised.value.outcome_unknown
    assert set(server.bodies) == {b""}


@KIND
async def test_the_exchange_is_the_call_and_not_the_handshake(
    shared: SharedResources, kind: str
) -> None:
    async with windows_server(schemes=("NTLM",)) as server:
        confirmed = await deliver(shared, connector(server, kind), times=2)

    for one in confirmed:
        assert one.exchange is not None
        assert (one.exchange.sent_bytes, one.exchange.http_status) == (len(BODY), 200)


@KIND
async def test_the_exchange_of_a_refused_login_is_the_call_with_the_payload(
    shared: SharedResources, kind: str
) -> None:
    async with windows_server(schemes=("NTLM",)) as server:
        with pytest.raises(UnauthorisedError) as raised:
            await deliver(shared, connector(server, kind, password="wrong"))

    exchange = raised.value.exchange
    assert exchange is not None
    assert (exchange.sent_bytes, exchange.http_status) == (len(BODY), 401)


@KIND
@ANNOUNCES
async def test_a_handshake_that_fails_has_no_sizes(
    shared: SharedResources, kind: str, *, announces: bool
) -> None:
    async with windows_server(closes_after=1, announces=announces) as server:
        with pytest.raises(ClosedEarlyError) as raised:
            await deliver(shared, connector(server, kind))

    exchange = raised.value.exchange
    assert exchange is not None
    assert (exchange.method, exchange.address) == ("POST", server.url)
    assert (exchange.sent_bytes, exchange.http_status, exchange.received_bytes) == (0, None, None)
