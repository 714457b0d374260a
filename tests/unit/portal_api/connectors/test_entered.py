"""Addresses, secrets and headers are used exactly as entered, and refused where HTTP cannot carry
them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from common.problem import field_errors
from portal_api.connector_import.rows import as_fields, read_rows
from portal_api.connectors.fields import ConnectorFields

BASIC = {"type": "Basic"}
TOKEN_QUERY = "t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYWRlLXVwIn0.c2lnbmF0dXJl"
GIVEN = {"name": "Hook", "source_app": "CRONUS", "system": "Webhook"}


def entered(**fields: Any) -> ConnectorFields:
    return ConnectorFields.model_validate(GIVEN | fields)


def refused_fields(**fields: Any) -> list[str]:
    with pytest.raises(ValidationError) as raised:
        entered(**fields)
    return [error["field"] for error in field_errors(raised.value.errors())]


@pytest.mark.parametrize("name", ["", "two words", "colon:", "tökén", "line\nbreak", "a" * 101])
def test_a_name_that_no_header_has_is_refused(name: str) -> None:
    assert refused_fields(headers={name: "1"}) == ["headers"]


@pytest.mark.parametrize(
    "value", ["a\r\nb", "a\nb", "a\x00b", "\x7f", " a", "a ", "\ta", "a\u2028"]
)
def test_a_header_value_that_http_cannot_carry_is_refused(value: str) -> None:
    assert refused_fields(headers={"X-Key": value}) == ["headers"]


@pytest.mark.parametrize("value", ["", "a b\tc", "pässwörd", "Bearer x==", "\U0001f600"])
def test_a_header_value_is_stored_exactly_as_entered(value: str) -> None:
    assert json.loads(entered(headers={"X-Key": value}).secrets()["headers"]) == {"X-Key": value}


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "CONTENT-LENGTH",
        "content-type",
        "Transfer-Encoding",
        "Connection",
        "Expect",
        "TE",
        "User-Agent",
        "traceparent",
        "TraceState",
        "baggage",
        "Keep-Alive",
        "Upgrade",
        "HTTP2-Settings",
        "Trailer",
        "Max-Forwards",
        "Via",
        "Proxy-Authorization",
        "proxy-connection",
        "PROXY-anything",
        "X-Dime-Action",
        "webhook-signature",
    ],
)
def test_a_header_that_the_connector_sets_is_refused(name: str) -> None:
    assert refused_fields(headers={name: "1"}) == ["headers"]


def test_an_authorization_header_is_accepted_only_without_authentication() -> None:
    key = {"headers": {"authorization": "ApiKey x"}}

    assert entered(**key).headers
    assert refused_fields(**key, authentication=BASIC) == ["headers"]
    assert refused_fields(**key, authentication={"login": "basic=DIME"}) == ["headers"]


def test_a_header_that_comes_twice_is_refused() -> None:
    assert refused_fields(headers={"X-Key": "1", "x-key": "2"}) == ["headers"]


@pytest.mark.parametrize(
    "uri",
    [
        "http://hook.example/#part",
        "http://user@hook.example/",
        "http://user:secret@hook.example/",
        "http://hook.example:0/",
        "http://hook.example:65536/",
        "http://hook.example:99999999999/x",
        "http://hook.example/\r\nX: 1",
        "http://hook.example/\x00",
        " http://hook.example/",
        "http://hook.example/ ",
    ],
)
def test_an_address_that_can_never_be_called_is_refused(uri: str) -> None:
    assert refused_fields(uri=uri) == ["uri"]
    token_url = {"type": "OAuth2 (secret in body)", "token_url": uri}
    assert refused_fields(authentication=token_url) == ["authentication.token_url"]


@pytest.mark.parametrize(
    "uri",
    [
        "https://bc.cronus.example:7047/BC/WS/CRONUS%20International%20Ltd./Page/Appointment",
        "https://hook.example/a%2Fb%7E",
        "https://hook.example/a?",
        "https://hook.example/CRONUS Österreich & Söhne's",
        "https://hook.example/users/me@cronus.example",
        "https://[2001:db8::1]:7047/x",
        "",
        None,
        "hook.example/without-scheme",
    ],
)
def test_an_address_is_stored_exactly_as_entered(uri: str | None) -> None:
    assert entered(uri=uri).stored_fields()["uri"] == uri


@pytest.mark.parametrize(
    ("uri", "plain", "query"),
    [
        (
            "https://hook.example/a%2Fb%7E?sig=x%2By+z%3D%3D&t=1",
            "https://hook.example/a%2Fb%7E",
            "sig=x%2By+z%3D%3D&t=1",
        ),
        ("https://hook.example?a=b@c:99999", "https://hook.example", "a=b@c:99999"),
        ("https://hook.example/a??b", "https://hook.example/a", "?b"),
        (f"https://hook.example/?{TOKEN_QUERY}", "https://hook.example/", TOKEN_QUERY),
    ],
)
def test_the_query_of_an_address_is_a_secret(uri: str, plain: str, query: str) -> None:
    token = {"type": "OAuth2 (secret in body)", "token_url": uri}

    fields = entered(uri=uri, authentication=token)

    stored = fields.stored_fields()
    assert (stored["uri"], stored["authentication"]["token_url"]) == (plain, plain)
    assert fields.secrets() == {"uri_query": query, "token_query": query}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uri", "https://hook.example/?…"),
        ("uri_query", "?sig=1"),
        ("uri_query", "sig=1#part"),
        ("uri_query", "a\nb"),
        ("uri", "svc:made-up@hook.example/x"),
        ("uri", "https:/svc:made-up@hook.example/x"),
        ("uri", "https:svc:made-up@hook.example/x"),
        ("uri", "//svc:made-up@hook.example/x"),
        ("uri", "https://svc:made%40up@hook.example?x"),
        ("uri", "https:\\\\svc:made-up@hook.example/x"),
    ],
)
def test_an_address_with_a_readable_secret_is_refused(field: str, value: str) -> None:
    assert refused_fields(**{field: value}) == [field]


def test_a_query_is_entered_once() -> None:
    assert refused_fields(uri="https://hook.example/?a=1", uri_query="b=2") == ["uri_query"]


KEY = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
BEARER, BASIC_VALUE = "Bearer abc.def", "Basic c3ZjOm1hZGUtdXA="
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYWRlLXVwIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize("field", ["login", "client_id", "scope"])
@pytest.mark.parametrize("value", [BEARER, BASIC_VALUE, "bearer x", f"Authorization: {BEARER}"])
def test_an_authorization_header_is_refused_as_an_account(field: str, value: str) -> None:
    assert refused_fields(authentication={field: value}) == [f"authentication.{field}"]


@pytest.mark.parametrize("login", ["Basic user", "CRONUS\\Bearer", "basic=DIME", "Basic"])
def test_an_account_that_only_looks_like_a_header_is_accepted(login: str) -> None:
    assert entered(authentication={"type": "NTLM", "login": login}).authentication.login == login


@pytest.mark.parametrize("value", [KEY, TOKEN, f"use Authorization: {BEARER}"])
@pytest.mark.parametrize("field", ["name", "description"])
def test_a_certain_secret_is_refused_in_a_text_that_everyone_reads(field: str, value: str) -> None:
    assert refused_fields(**{field: value[:100]}) == [field]


def test_a_private_key_is_refused_as_a_certificate() -> None:
    with pytest.raises(ValidationError, match="private key") as raised:
        entered(ca_certificate=KEY)

    assert "AAAA" not in str(raised.value)


@pytest.mark.parametrize("name", [BEARER, TOKEN, "Authorization: Basic x"])
def test_a_refused_header_name_is_not_repeated(name: str) -> None:
    with pytest.raises(ValidationError) as raised:
        entered(headers={name: "1"})

    assert name not in str(raised.value)
    assert "header 1" in str(raised.value)


@pytest.mark.parametrize("url", ["x", "ftp://login.example/", "https:///token", "https://[::1"])
def test_a_token_url_that_is_no_web_address_is_refused(url: str) -> None:
    assert refused_fields(authentication={"token_url": url}) == ["authentication.token_url"]


@pytest.mark.parametrize("login", ["DIME:admin", ":"])
def test_a_user_name_with_a_colon_is_refused_for_basic(login: str) -> None:
    assert refused_fields(authentication=BASIC | {"login": login}) == ["authentication.login"]
    older = {"login": f"basic={login}"}
    assert refused_fields(authentication=older) == ["authentication.login"]
    assert entered(authentication={"type": "NTLM", "login": login}).authentication.login == login


@pytest.mark.parametrize("field", ["login", "client_id", "scope"])
def test_a_line_break_is_refused_in_every_text_of_the_authentication(field: str) -> None:
    assert refused_fields(authentication={field: "a\nb"}) == [f"authentication.{field}"]


@pytest.mark.parametrize("tenant", ["a/b", "a b", "a?b", "common\n"])
def test_a_tenant_that_is_no_part_of_an_address_is_refused(tenant: str) -> None:
    assert refused_fields(authentication={"tenant_id": tenant}) == ["authentication.tenant_id"]


@pytest.mark.parametrize("secret", ["a\nb", "a\r", "\x00", "a\tb"])
@pytest.mark.parametrize("name", ["password", "client_secret", "signing_secret"])
def test_a_secret_with_control_characters_is_refused(name: str, secret: str) -> None:
    assert refused_fields(**{name: secret}) == [name]


@pytest.mark.parametrize("secret", [" blanks ", "pässwörd", 'a"b', "a:b", "%2B+", "\u00a0x", "'"])
@pytest.mark.parametrize("name", ["password", "client_secret", "signing_secret"])
def test_a_secret_is_stored_exactly_as_entered(name: str, secret: str) -> None:
    assert entered(**{name: secret}).secrets() == {name: secret}


@pytest.mark.parametrize("secret", [" blanks ", 'a"b', '""', "a;b", "a,b", "a\tb", "'a'", "ä"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_secret_of_a_csv_file_is_read_exactly_as_written(secret: str, delimiter: str) -> None:
    quoted = '"' + secret.replace('"', '""') + '"'
    head = f"Name{delimiter} Source App{delimiter} Password"
    text = f"{head}\r\nHook{delimiter}CRONUS{delimiter}{quoted}\r\n"

    [row] = read_rows("text/csv", text.encode())

    assert as_fields(row)[0]["password"] == secret
