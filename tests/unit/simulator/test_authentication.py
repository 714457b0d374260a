"""Each type of authentication, through its clients."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import spnego

from tests.unit.simulator.back_office import API, COMPANY_ID, DATA, PAGE, BackOfficeClient, Response

LOGIN, PASSWORD = "CRONUS\\dime", "p:ä ss€"
ANONYMOUS_CALLS = [
    ("POST", ""),
    ("POST", PAGE),
    ("GET", PAGE),
    ("POST", f"{API}/companies({COMPANY_ID})/appointments"),
    ("GET", f"{API}/$metadata"),
    ("POST", f"{DATA}/$batch"),
    ("GET", f"{DATA}/WhoAmI"),
    ("GET", f"{DATA}/$metadata"),
]


@pytest.fixture
async def one_connection(address: str) -> AsyncIterator[BackOfficeClient]:
    """A client whose requests all travel on one connection."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        yield BackOfficeClient(session, address)


async def shake_hands(
    back_office: BackOfficeClient, scheme: str, login: str = LOGIN, password: str = PASSWORD
) -> Response:
    """Call without a header, then with one token after the other, until the response has no
    challenge.
    """
    context = spnego.client(login, password, protocol=scheme.lower())
    answer = await back_office.create()
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, scheme)
    token = context.step()
    while token and answer.status == 401:
        answer = await back_office.create(
            headers={"Authorization": f"{scheme} {base64.b64encode(token).decode()}"}
        )
        _, _, encoded = answer.headers.get("WWW-Authenticate", "").partition(" ")
        token = context.step(base64.b64decode(encoded)) if encoded else None
    return answer


def basic(login: str = LOGIN, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()}


@pytest.mark.parametrize(("method", "path"), ANONYMOUS_CALLS)
async def test_every_protocol_asks_for_a_login(
    bc: BackOfficeClient, method: str, path: str
) -> None:
    await bc.require_authentication(type="Basic", login=LOGIN, password=PASSWORD)

    answer = await bc.ask(method, path)

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="simulator"')
    assert (await bc.counts())["unauthorised"] == 1


async def test_the_right_login_is_let_in_and_a_wrong_one_is_not(bc: BackOfficeClient) -> None:
    await bc.require_authentication(type="Basic", login=LOGIN, password=PASSWORD)

    statuses = [
        (await bc.create(headers=headers)).status
        for headers in (
            basic(),
            basic(password="other"),
            basic(login="other"),
            {"Authorization": "Basic !"},
        )
    ]

    assert statuses == [200, 401, 401, 401]
    counts = await bc.counts()
    assert (
        counts["received"],
        counts["stored"],
        counts["unauthorised"],
        counts["connections_authenticated"],
    ) == (4, 1, 3, 0)


async def test_without_authentication_everybody_is_let_in_again(bc: BackOfficeClient) -> None:
    await bc.require_authentication(type="Basic", login=LOGIN, password=PASSWORD)

    await bc.ask("DELETE", "/authentication")

    assert (await bc.create()).status == 200


async def test_forgetting_keeps_what_is_required(bc: BackOfficeClient) -> None:
    await bc.require_authentication(type="Basic", login=LOGIN, password=PASSWORD)

    await bc.ask("DELETE", "")

    assert (await bc.create()).status == 401


@pytest.mark.parametrize("scheme", ["NTLM", "Negotiate"])
async def test_a_handshake_authenticates_its_connection_for_what_follows(
    one_connection: BackOfficeClient, scheme: str
) -> None:
    await one_connection.require_authentication(type=scheme, login=LOGIN, password=PASSWORD)

    answer = await shake_hands(one_connection, scheme)

    assert answer.status == 200
    assert (await one_connection.create()).status == 200
    assert (await one_connection.insert()).status == 201
    counts = await one_connection.counts()
    assert (
        counts["received"],
        counts["stored"],
        counts["connections_authenticated"],
        counts["unauthorised"],
    ) == (3, 3, 1, 0)


@pytest.mark.parametrize("scheme", ["NTLM", "Negotiate"])
async def test_a_handshake_with_a_wrong_password_is_unauthorised(
    one_connection: BackOfficeClient, scheme: str
) -> None:
    await one_connection.require_authentication(type=scheme, login=LOGIN, password=PASSWORD)

    answer = await shake_hands(one_connection, scheme, password="other")

    assert answer.status == 401
    counts = await one_connection.counts()
    assert (counts["stored"], counts["connections_authenticated"], counts["unauthorised"]) == (
        0,
        0,
        1,
    )


async def test_another_connection_needs_a_handshake_of_its_own(
    one_connection: BackOfficeClient, bc: BackOfficeClient
) -> None:
    await bc.require_authentication(type="NTLM", login=LOGIN, password=PASSWORD)
    await shake_hands(one_connection, "NTLM")

    assert (await bc.create()).status == 401


async def test_asking_twice_without_a_handshake_is_unauthorised(
    one_connection: BackOfficeClient,
) -> None:
    await one_connection.require_authentication(type="NTLM", login=LOGIN, password=PASSWORD)

    statuses = [(await one_connection.create()).status for _ in range(2)]

    assert statuses == [401, 401]
    assert (await one_connection.counts())["unauthorised"] == 1


@pytest.mark.parametrize(
    "header",
    [
        "NTLM",
        "NTLM !",
        "NTLM AAAA",
        "NTLM TlRMTVNTUAAD",
        "Negotiate YIIB",
        "Basic eDp5",
        "Bearer x",
    ],
)
async def test_a_token_that_is_none_is_unauthorised(bc: BackOfficeClient, header: str) -> None:
    await bc.require_authentication(
        type=header.partition(" ")[0] if header.startswith("Nego") else "NTLM",
        login=LOGIN,
        password=PASSWORD,
    )

    assert (await bc.create(headers={"Authorization": header})).status == 401
    assert (await bc.counts())["unauthorised"] == 1


async def test_handshakes_at_the_same_time_do_not_disturb_each_other(
    address: str, bc: BackOfficeClient
) -> None:
    await bc.require_authentication(type="NTLM", login=LOGIN, password=PASSWORD)

    async def one() -> int:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
            return (await shake_hands(BackOfficeClient(session, address), "NTLM")).status

    assert await asyncio.gather(*(one() for _ in range(8))) == [200] * 8
    assert (await bc.counts())["connections_authenticated"] == 8


@pytest.mark.parametrize(
    ("required", "field"),
    [
        ({"type": "Basic", "login": "x"}, "password"),
        ({"type": "NTLM", "login": "x", "password": "y", "client_id": "z"}, "client_id"),
        (
            {"type": "OAuth2", "client_id": "x", "client_secret": "y", "client_secret_in": "body"},
            "scope",
        ),
        (
            {
                "type": "OAuth2",
                "client_id": "x",
                "client_secret": "y",
                "client_secret_in": "header",
                "scope": "s",
            },
            "client_secret_in",
        ),
        ({"type": "Digest"}, "type"),
        ({"login": "x"}, "type"),
    ],
)
async def test_a_requirement_that_is_not_whole_is_refused_naming_the_field(
    bc: BackOfficeClient, required: dict[str, Any], field: str
) -> None:
    answer = await bc.ask("PUT", "/authentication", json.dumps(required).encode())

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


async def test_secrets_are_not_among_the_records_headers(bc: BackOfficeClient) -> None:
    await bc.create(
        headers={
            "Authorization": "Basic x",
            "X-My-Secret": "s",
            "Access-Token": "t",
            "Ocp-Apim-Subscription-Key": "k",
            "X-Kept": "v",
        }
    )

    (record,) = await bc.records()

    assert not {"Authorization", "X-My-Secret", "Access-Token", "Ocp-Apim-Subscription-Key"} & set(
        record["headers"]
    )
    assert record["headers"]["X-Kept"] == "v"
