"""The first steps of a connection test look a name up once, and call only the checked address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from common.contracts.connector import ConnectionTestStep, Connector, Limits
from dispatcher.back_offices.address_policy import AddressPolicy
from dispatcher.connection_test.network_steps import check_address, check_tls
from tests.support.builders import a_connector
from tests.support.https_webhook import HttpsWebhook, https_webhook

HOST = "127.0.0.1"
FORBIDDEN = "127.0.0.9"
ADDRESSES = AddressPolicy([ip_network("127.0.0.1/32")])


class Resolver:
    """A resolver with a prepared answer for each look-up. The last answer is repeated."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.lookups = 0

    async def getaddrinfo(self, _host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.lookups += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
            for address in answer
        ]


@pytest.fixture
async def https(tmp_path: Path) -> AsyncIterator[HttpsWebhook]:
    async with https_webhook(tmp_path) as webhook:
        yield webhook


@pytest.fixture
async def forbidden(https: HttpsWebhook) -> AsyncIterator[list[str]]:
    """A server at the same port of an address that may not be called."""
    accepted: list[str] = []

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append("connection")
        writer.close()

    server = await asyncio.start_server(accept, FORBIDDEN, urlsplit(https.url).port)
    yield accepted
    server.close()


async def steps_of(connector: Connector, parts: Any) -> list[ConnectionTestStep]:
    step, accepted = await check_address(connector, parts, ADDRESSES)
    if accepted is None:
        return [step]
    return [step, await check_tls(connector, parts, accepted, ADDRESSES)]


@pytest.mark.parametrize("second", [FORBIDDEN, "169.254.169.254"])
async def test_a_name_that_gets_another_address_is_called_at_the_checked_one(
    https: HttpsWebhook, forbidden: list[str], second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver([HOST], [second])
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver.getaddrinfo)
    connector = a_connector(uri=https.url, ca_certificate=https.authority)

    steps = await steps_of(connector, urlsplit(https.url))

    assert [(step.name, step.passed) for step in steps] == [("address", True), ("TLS", True)]
    assert (resolver.lookups, forbidden) == (1, [])


async def test_a_name_with_forbidden_addresses_is_called_at_the_allowed_one(
    https: HttpsWebhook, forbidden: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver([FORBIDDEN, "10.0.0.1", HOST])
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver.getaddrinfo)
    connector = a_connector(uri=https.url, ca_certificate=https.authority)

    steps = await steps_of(connector, urlsplit(https.url))

    assert [step.passed for step in steps] == [True, True]
    assert forbidden == []


async def test_the_certificate_is_compared_with_the_name_and_not_with_the_address(
    https: HttpsWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", Resolver([HOST]).getaddrinfo)
    uri = https.url.replace(HOST, "bc.cronus.example")
    connector = a_connector(uri=uri, ca_certificate=https.authority)

    steps = await steps_of(connector, urlsplit(uri))

    assert [step.passed for step in steps] == [True, False]
    assert "not trusted" in steps[-1].sentence


@pytest.mark.parametrize("answer", [[], [FORBIDDEN], ["0.0.0.0"], ["224.0.0.1"]])  # noqa: S104
async def test_a_name_without_an_address_that_may_be_called_fails(
    forbidden: list[str], answer: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", Resolver(answer).getaddrinfo)
    uri = "http://bc.cronus.example/"

    [step] = await steps_of(a_connector(uri=uri), urlsplit(uri))

    assert not step.passed
    assert ("may not be called" if answer else "has no address") in step.sentence
    assert forbidden == []


async def test_a_server_that_never_shakes_hands_ends_in_a_sentence() -> None:
    server = await asyncio.start_server(lambda *_: None, HOST, 0)
    uri = f"https://{HOST}:{server.sockets[0].getsockname()[1]}/"
    limits = Limits(connect_timeout_s=0.2)

    steps = await steps_of(a_connector(uri=uri, limits=limits), urlsplit(uri))

    assert [step.passed for step in steps] == [True, False]
    assert "does not speak TLS" in steps[-1].sentence
    server.close()


@pytest.mark.parametrize(
    "host", ["a" * 64 + ".example", "x" * 300, "%", "bc..example", "\u00e9" * 70]
)
async def test_a_host_that_no_dns_can_carry_ends_in_a_sentence(host: str) -> None:
    for scheme in ("http", "https"):
        uri = f"{scheme}://{host}/"
        steps = await steps_of(a_connector(uri=uri), urlsplit(uri))

        assert not steps[-1].passed
