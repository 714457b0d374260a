"""Addresses, secrets and header values arrive exactly as they were entered, byte for byte."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from common.address import split_query
from dispatcher.back_offices.table import build
from dispatcher.errors import MisconfiguredError
from tests.support.builders import a_connector, a_delivery
from tests.support.raw_server import raw_server
from tests.support.sealed import with_secrets
from tests.support.token_endpoint import token_endpoint

if TYPE_CHECKING:
    from dispatcher.back_offices.http_client import SharedResources

TAKEN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
ODD = [" blanks ", "pässwörd", "a:b:c", 'a"b\\c', "%2B+%20&=;", "\u00a0\u00a0", "\U0001f511", "'"]


async def sent(
    shared: SharedResources, path: str = "", secrets: dict[str, str] | None = None, **fields: Any
) -> tuple[str, list[bytes]]:
    """The request target of a delivery, and its header lines."""
    async with raw_server(TAKEN) as server:
        uri, query = split_query(f"{server.url.rstrip('/')}{path}")
        queries = {"uri_query": query} if query else {}
        connector = with_secrets(a_connector(uri=uri, **fields), (secrets or {}) | queries)
        client = build(connector, shared)
        await client.send(client.prepare(a_delivery()))
    first, *headers = server.requests[0].split(b"\r\n")
    return first.split(b" ")[1].decode("ascii"), headers


@pytest.mark.parametrize(
    "path",
    [
        "/BC/WS/CRONUS%20International%20Ltd./Page/Appointment",
        "/a%2Fb/c%2fd",
        "/%7Euser/~user/%41",
        "/hook?sig=x%2By+z%3D%3D&sv=1%2C0&t=a%20b",
        "/hook?url=https%3A%2F%2Fcronus.example%2F%3Fa%3Db",
        "/WS/Söhne&Co's (1)+;=@!/Page".replace("ö", "%C3%B6").replace(" ", "%20"),
        "/a/../b/./c",
        "/a//b",
        "/hook?a=1&a=2&b",
        "/100%",
        "/?q",
    ],
)
async def test_an_address_is_called_as_it_was_entered(shared: SharedResources, path: str) -> None:
    target, _ = await sent(shared, path)

    assert target == path


async def test_only_characters_that_no_address_can_hold_are_escaped(
    shared: SharedResources,
) -> None:
    target, _ = await sent(shared, "/CRONUS_Österreich%20{1}?n=ä+%2B")

    assert target == "/CRONUS_%C3%96sterreich%20%7B1%7D?n=%C3%A4+%2B"


@pytest.mark.parametrize("password", ODD)
async def test_a_password_is_sent_exactly_as_entered(
    shared: SharedResources, password: str
) -> None:
    said = {"type": "Basic", "login": " DIME "}
    _, headers = await sent(shared, authentication=said, secrets={"password": password})

    [value] = [line for line in headers if line.startswith(b"Authorization: Basic ")]
    assert base64.b64decode(value.split(b" ")[2]).decode() == f" DIME :{password}"


@pytest.mark.parametrize("value", ["", "a b\tc", "pässwörd", "Bearer x==", "'\"\\"])
async def test_a_header_value_is_sent_exactly_as_entered(
    shared: SharedResources, value: str
) -> None:
    _, headers = await sent(shared, secrets={"headers": json.dumps({"X-Key": value})})

    assert f"X-Key: {value}".encode() in headers


@pytest.mark.parametrize("secret", ODD)
async def test_a_client_secret_is_sent_exactly_as_entered(
    shared: SharedResources, secret: str
) -> None:
    async with token_endpoint() as endpoint:
        token_url = f"{endpoint.url}token"
        said = {"type": "OAuth2 (secret in body)", "client_id": " c+1 ", "token_url": token_url}
        connector = with_secrets(
            a_connector(uri=endpoint.url, authentication=said),
            {"client_secret": secret, "token_query": "p=%7E+x"},
        )
        client = build(connector, shared)
        await client.send(client.prepare(a_delivery()))

    assert endpoint.target == "/token?p=%7E+x"
    form = dict(parse_qsl(endpoint.form))
    assert (form["client_id"], form["client_secret"]) == (" c+1 ", secret)


@pytest.mark.parametrize("login", ["DIME:x", "basic=DIME:x"])
async def test_a_stored_user_name_with_a_colon_is_named(
    shared: SharedResources, login: str
) -> None:
    kind = "None" if login.startswith("basic=") else "Basic"
    said = {"type": kind, "login": login}
    connector = with_secrets(a_connector(authentication=said), {"password": "made-up"})

    with pytest.raises(MisconfiguredError, match=r"authentication\.login"):
        build(connector, shared)


async def test_a_stored_header_that_the_connector_sets_is_sent_once(
    shared: SharedResources,
) -> None:
    said = {"type": "Basic", "login": "DIME"}
    extra = json.dumps({"authorization": "ApiKey x", "CONTENT-TYPE": "text/plain"})
    _, headers = await sent(
        shared, authentication=said, secrets={"password": "made-up", "headers": extra}
    )

    names = [line.partition(b":")[0].lower() for line in headers]
    assert (names.count(b"authorization"), names.count(b"content-type")) == (1, 1)
    assert b"Content-Type: application/json" in headers
