from __future__ import annotations

import base64

import pytest

from ingest.authentication import is_authenticated

SECRETS = {"demo": b"s3cret", "test": b"other"}


def basic(text: str) -> bytes:
    return b"Basic " + base64.b64encode(text.encode())


@pytest.mark.parametrize(
    "headers", [{b"x-api-key": b"s3cret"}, {b"authorization": basic("anyone:s3cret")}]
)
def test_a_request_with_the_secret_is_authenticated(headers: dict[bytes, bytes]) -> None:
    assert is_authenticated(SECRETS, "demo", headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"x-api-key": b""},
        {b"x-api-key": b"other"},
        {b"authorization": basic("s3cret")},
        {b"authorization": b"Basic !"},
        {b"authorization": b"Bearer s3cret"},
    ],
)
def test_a_request_without_the_secret_is_not_authenticated(headers: dict[bytes, bytes]) -> None:
    assert not is_authenticated(SECRETS, "demo", headers)


def test_an_unknown_source_is_never_authenticated() -> None:
    assert not is_authenticated(SECRETS, "nowhere", {b"x-api-key": b"\x00" * 32})
