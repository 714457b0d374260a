"""Addresses keep their exact spelling, and are shown without their secret parts."""

from __future__ import annotations

import pytest

from common.address import (
    has_credentials,
    split_query,
    with_query,
    without_credentials,
)

READABLE = "https://svc:made-up@bc.example/x"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (READABLE, "https://bc.example/x"),
        ("https://a@b@bc.example/x", "https://bc.example/x"),
        ("https://svc:made-up@[2001:db8::1]:7047/x", "https://[2001:db8::1]:7047/x"),
        ("svc:made-up@bc.example/x", "bc.example/x"),
        ("//svc:made-up@bc.example", "//bc.example"),
        ("https:/svc:made-up@bc.example/x", "https:/bc.example/x"),
        ("https:\\\\svc:made-up@bc.example/x", "https:\\\\bc.example/x"),
    ],
)
def test_credentials_are_found_and_removed(address: str, shown: str) -> None:
    assert has_credentials(address)
    assert without_credentials(address) == shown
    assert not has_credentials(shown)


@pytest.mark.parametrize(
    "address",
    ["", "x", "https://bc.example/a@b", "https://bc.example?a@b", "bc.example/x@y", "https://"],
)
def test_an_address_without_credentials_stays(address: str) -> None:
    assert not has_credentials(address)
    assert without_credentials(address) == address


@pytest.mark.parametrize(
    "address",
    ["https://h/x", "https://h/x?a=1&b=%2F", "https://h?a", "https://h/??", "https://h/?a?b", ""],
)
def test_an_address_and_its_query_make_the_same_address_again(address: str) -> None:
    assert with_query(*split_query(address)) == address


@pytest.mark.parametrize("address", ["https://h/x?", "https://h/x"])
def test_an_address_without_a_query_keeps_its_question_mark(address: str) -> None:
    assert split_query(address) == (address, "")
