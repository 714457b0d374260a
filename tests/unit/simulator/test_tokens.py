"""Bearer tokens: issued, refused, used and revoked."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus, urlencode

import pytest

from simulator.authentication.tokens import Tokens
from tests.unit.simulator.back_office import BackOfficeClient, Response

CLIENT, SECRET, SCOPE = "c1", "a+b %:ü", "https://api.businesscentral.dynamics.com/.default"
TOKEN = "/oauth2/v2.0/token"
FORM = {"grant_type": "client_credentials", "scope": SCOPE}
IN_BODY = FORM | {"client_id": CLIENT, "client_secret": SECRET}


async def require_authentication(back_office: BackOfficeClient, place: str = "body") -> None:
    await back_office.require_authentication(
        type="OAuth2", client_id=CLIENT, client_secret=SECRET, client_secret_in=place, scope=SCOPE
    )


async def ask(
    back_office: BackOfficeClient, form: dict[str, str], authorization: str | None = None
) -> Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | (
        {"Authorization": authorization} if authorization else {}
    )
    return await back_office.ask("POST", TOKEN, urlencode(form).encode(), headers)


def basic(client: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()


async def bearer(back_office: BackOfficeClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {(await ask(back_office, IN_BODY)).json['access_token']}"}


async def test_a_token_from_credentials_in_the_body_opens_every_protocol(
    bc: BackOfficeClient,
) -> None:
    await require_authentication(bc)

    headers = await bearer(bc)

    assert [
        (await bc.create(headers=headers)).status,
        (await bc.insert(headers=headers)).status,
        (await bc.batch(headers=headers)).status,
    ] == [200, 201, 200]
    assert (await bc.counts())["tokens_issued"] == 1


async def test_the_answer_says_what_the_token_is_and_how_long_it_lasts(
    bc: BackOfficeClient,
) -> None:
    await require_authentication(bc)

    answer = await ask(bc, IN_BODY)

    assert (answer.status, answer.json["token_type"], answer.json["expires_in"]) == (
        200,
        "Bearer",
        3600,
    )
    assert answer.headers["Cache-Control"] == "no-store"


async def test_credentials_in_a_header_are_form_urlencoded_before_base64(
    bc: BackOfficeClient,
) -> None:
    await require_authentication(bc, "basic")

    answers = [
        await ask(bc, FORM, basic(CLIENT, quote_plus(SECRET))),
        await ask(bc, FORM, basic(CLIENT, SECRET)),
    ]

    assert [answer.status for answer in answers] == [200, 401]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (IN_BODY | {"client_secret": "other"}, 401, "invalid_client"),
        (FORM, 401, "invalid_client"),
        (IN_BODY | {"client_id": "other"}, 400, "unauthorized_client"),
        (IN_BODY | {"scope": "other"}, 400, "invalid_scope"),
        (IN_BODY | {"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_bad_request_is_refused_in_entras_words(
    bc: BackOfficeClient, form: dict[str, str], status: int, error: str
) -> None:
    await require_authentication(bc)

    answer = await ask(bc, form)

    assert (answer.status, answer.json["error"]) == (status, error)
    assert answer.json["error_description"].startswith(f"AADSTS{answer.json['error_codes'][0]}: ")
    assert (await bc.counts())["tokens_issued"] == 0


async def test_credentials_in_both_places_are_refused(bc: BackOfficeClient) -> None:
    await require_authentication(bc)

    assert (await ask(bc, IN_BODY, basic(CLIENT, quote_plus(SECRET)))).json[
        "error"
    ] == "invalid_request"


async def test_nobody_gets_a_token_where_none_is_required(bc: BackOfficeClient) -> None:
    assert (await ask(bc, IN_BODY)).json["error"] == "unauthorized_client"


async def test_expired_tokens_are_refused_and_new_ones_are_not(bc: BackOfficeClient) -> None:
    await require_authentication(bc)
    old = await bearer(bc)

    await bc.ask("POST", "/authentication/expire")

    refused = await bc.create(headers=old)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (
        401,
        'Bearer realm="simulator", error="invalid_token"',
    )
    assert (await bc.create(headers=await bearer(bc))).status == 200
    assert (await bc.counts())["unauthorised"] == 1


async def test_no_token_is_refused_without_an_error_code(bc: BackOfficeClient) -> None:
    await require_authentication(bc)

    assert (await bc.insert()).headers["WWW-Authenticate"] == 'Bearer realm="simulator"'


async def test_a_token_error_strikes_the_token_endpoint_and_no_call(bc: BackOfficeClient) -> None:
    await require_authentication(bc)
    headers = await bearer(bc)
    await bc.fault(
        token_error="temporarily_unavailable", token_status=503, retry_after_s=1, times=1
    )

    call = await bc.create(headers=headers)
    struck, healthy = await ask(bc, IN_BODY), await ask(bc, IN_BODY)

    assert (call.status, struck.status, healthy.status) == (200, 503, 200)
    assert (struck.json["error"], struck.headers["Retry-After"]) == ("temporarily_unavailable", "1")


@pytest.mark.parametrize(("error", "status"), [("invalid_client", 401), ("invalid_scope", 400)])
async def test_a_token_error_has_its_usual_status(
    bc: BackOfficeClient, error: str, status: int
) -> None:
    await bc.fault(token_error=error)

    assert (await ask(bc, IN_BODY)).status == status


async def test_other_faults_leave_the_token_endpoint_alone(bc: BackOfficeClient) -> None:
    await require_authentication(bc)
    await bc.fault(status=503)

    assert (await ask(bc, IN_BODY)).status == 200


def test_a_token_lasts_as_long_as_it_was_told_to() -> None:
    tokens = Tokens(60)
    token = tokens.issue(1000)

    assert [
        tokens.is_good(token, 1059),
        tokens.is_good(token, 1060),
        tokens.is_good("other", 1000),
    ] == [True, False, False]
