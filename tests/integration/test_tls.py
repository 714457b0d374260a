"""The connections to RabbitMQ and MongoDB: TLS alone, with a certificate that is always checked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import pytest
import structlog
from aio_pika import connect as connect_plainly
from pymongo import MongoClient
from pymongo.errors import ServerSelectionTimeoutError

from common.broker import connect
from common.database import open_database, wait_for_database
from common.tls import with_authorities
from tests.support.service_users import DATABASE, GuardedServers, Secrets
from tests.support.system import until
from tests.support.tcp_proxy import TcpProxy

OTHER_ADDRESS = "127.0.0.2"
FIRST_WAIT_S = 15.0
REFUSED = "its certificate is not accepted: self-signed certificate in certificate chain"


@pytest.fixture(scope="module")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of an authority that signed no certificate of these servers."""
    return str(Secrets(tmp_path_factory.mktemp("other")).file("ca.pem"))


@contextlib.asynccontextmanager
async def at_another_address(url: str) -> AsyncIterator[str]:
    """Serve the server at an address that its certificate does not name."""
    proxy = TcpProxy(url)
    async with await asyncio.start_server(proxy.connect, OTHER_ADDRESS, 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield url.replace(url.rpartition("@")[2].partition("/")[0], f"{OTHER_ADDRESS}:{port}")
        proxy.cut()


async def reason_of_wait(waiting: Awaitable[object]) -> str:
    """Return the reason that a connection logs while it waits for its server."""
    with structlog.testing.capture_logs() as lines:
        task = asyncio.ensure_future(waiting)
        await until(lambda: _any(lines), "a reason", within_s=FIRST_WAIT_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return str(lines[0]["reason"])


async def _any(lines: list[Any]) -> bool:
    return bool(lines)


async def test_rabbitmq_with_the_certificate_of_another_authority_is_refused_with_the_reason(
    guarded_servers: GuardedServers, other_authority: str
) -> None:
    url = with_authorities(guarded_servers.rabbitmq_url("ingest"), {"cafile": other_authority})

    reason = await reason_of_wait(connect(url, "test"))

    assert reason == REFUSED


async def test_rabbitmq_at_an_address_that_its_certificate_does_not_name_is_refused(
    guarded_servers: GuardedServers,
) -> None:
    async with at_another_address(guarded_servers.rabbitmq_url("ingest")) as url:
        reason = await reason_of_wait(connect(url, "test"))

    assert reason.startswith("its certificate is not accepted: IP address mismatch")


async def test_mongodb_with_a_certificate_of_another_authority_or_address_is_refused(
    guarded_servers: GuardedServers, other_authority: str
) -> None:
    url = guarded_servers.mongodb_url("retry").replace("replicaSet=rs0&", "directConnection=true&")
    unknown = with_authorities(url, {"tlsCAFile": other_authority})

    async with at_another_address(url) as elsewhere:
        reasons = [
            await reason_of_wait(wait_for_database(open_database(one, DATABASE)))
            for one in (unknown, elsewhere)
        ]

    assert reasons[0] == REFUSED
    assert reasons[1].startswith("its certificate is not accepted: IP address mismatch")


async def test_neither_server_accepts_a_connection_without_tls(
    guarded_servers: GuardedServers,
) -> None:
    rabbitmq = guarded_servers.rabbitmq_url("ingest").replace("amqps://", "amqp://")
    mongodb = guarded_servers.mongodb.url

    with pytest.raises((ConnectionError, TimeoutError)):
        await connect_plainly(rabbitmq, timeout=2)
    with (
        MongoClient[dict[str, Any]](mongodb, serverSelectionTimeoutMS=1000) as client,
        pytest.raises(ServerSelectionTimeoutError),
    ):
        client.admin.command("hello")


def test_make_env_makes_certificates_once_and_a_removed_one_again(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    names = ("ca.pem", "ca-key", "rabbitmq.pem", "rabbitmq-key.pem", "mongodb.pem")
    before = {name: secrets[name] for name in names}

    secrets.file("mongodb.pem").unlink()
    Secrets(tmp_path)

    after = {name: secrets[name] for name in names}
    assert {name for name in names if before[name] != after[name]} == {"mongodb.pem"}
    assert secrets.file("ca-key").stat().st_mode & 0o077 == 0


def test_make_env_moves_an_address_without_tls_to_tls(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    new = secrets["ingest-rabbitmq-url"]
    old = new.replace("amqps://", "amqp://").replace(":5671", ":5672")
    secrets.file("ingest-rabbitmq-url").write_text(f"{old}\n")

    Secrets(tmp_path)

    assert secrets["ingest-rabbitmq-url"] == new
