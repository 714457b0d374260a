"""The scan at the end of the suite finds a secret in every place and in every encoding."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aio_pika
import pytest
from lxml import etree

from common.database import open_database
from tests.support.leaks import leaks_of
from tests.support.secret_scan import SecretScan, encodings, note_fields, noted_secrets
from tests.support.system import System, until


def an_element(secret: str) -> bytes:
    element = etree.Element("a")
    element.text = secret
    return etree.tostring(element, encoding="utf-8")


WRITTEN: dict[str, Any] = {
    "plain": str.encode,
    "JSON": lambda secret: json.dumps({"a": secret}).encode(),
    "JSON in UTF-8": lambda secret: json.dumps({"a": secret}, ensure_ascii=False).encode(),
    "address": lambda secret: quote(secret, safe="").encode(),
    "form": lambda secret: urlencode({"a": secret}).encode(),
    "XML": an_element,
    "header of HTTP Basic": lambda secret: base64.b64encode(f"login:{secret}".encode()),
    "header with a longer login": lambda secret: base64.b64encode(f"logins:{secret}".encode()),
    "header with the longest login": lambda secret: base64.b64encode(f"longins:{secret}".encode()),
    "base64 for addresses": lambda secret: base64.urlsafe_b64encode(f"ab{secret}cd".encode()),
}


@pytest.fixture
def secret() -> str:
    """A secret that no other test knows, with characters that encodings replace."""
    return f'p\u00e4ss "w&rd<{uuid.uuid4().hex}>/+?\u00ff~'


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_every_encoding_is_found(written: Any, secret: str) -> None:
    scan = SecretScan(["another secret", secret])

    assert scan.find(b"before " + written(secret) + b" after") == {secret}
    assert scan.find(written(secret[::-1])) == set()


def test_a_line_about_a_leak_does_not_repeat_the_secret(secret: str) -> None:
    (line,) = SecretScan([secret]).leaks([("some.log", secret.encode())])

    assert line.startswith("some.log: ")
    assert not any(form in line.encode() for form in encodings(secret))


def test_secrets_are_noted_from_requests_and_responses(secret: str) -> None:
    sent = {"name": "x", "authentication": {"client_secret": f"sent {secret}"}, "password": "short"}
    found = {"items": [{"key": f"made {secret}"}], "recovery_codes": [f"code {secret}"]}

    note_fields(sent)
    note_fields(found, frozenset({"key", "recovery_codes"}))

    assert {f"{kind} {secret}" for kind in ("sent", "made", "code")} <= noted_secrets()
    assert "short" not in noted_secrets()


@pytest.fixture
async def planted(system: System, secret: str) -> AsyncIterator[None]:
    """The secret in a log of a test, in a document, and in a message that no one takes."""
    log = system.directory / "planted.log"
    log.write_bytes(WRITTEN["JSON"](secret))
    database = open_database(system.mongodb_url, f"planted-{uuid.uuid4().hex[:8]}")
    await database["documents"].insert_one({"deep": [{"text": f"x {secret}"}]})
    async with await aio_pika.connect(system.rabbitmq_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(f"planted-{uuid.uuid4().hex[:8]}", durable=True)
        body = WRITTEN["header of HTTP Basic"](secret) * 500
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, queue.name)
        yield
        await queue.delete(if_empty=False)
    log.unlink()
    await database.client.drop_database(database.name)
    database.client.close()


@pytest.mark.usefixtures("planted")
async def test_a_planted_secret_is_found_in_logs_databases_and_messages(
    system: System, secret: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.getbasetemp()

    async def found_everywhere() -> list[str] | None:
        leaks = await leaks_of(system, folder, [secret])
        places = ("planted.log: ", ".documents: ", "rabbitmq")
        return leaks if all(any(place in leak for leak in leaks) for place in places) else None

    await until(found_everywhere, "the scan to find the secret in all places")
