from __future__ import annotations

import pytest

from dispatcher.back_offices.calls import LONGEST_ADDRESS, HttpCall, address_of, exchange_of


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://user:secret@bc.cronus.example:7047/BC/WS/Page?tenant=t&key=secret#x",
            "https://bc.cronus.example:7047/BC/WS/Page",
        ),
        ("https://hooks.cronus.example", "https://hooks.cronus.example"),
        ("http://[::1", ""),
    ],
)
def test_an_address_is_shown_without_credentials_and_query(url: str, shown: str) -> None:
    assert address_of(url) == shown


def test_an_endless_address_is_cut() -> None:
    assert len(address_of(f"https://hooks.cronus.example/{'a' * 5000}")) == LONGEST_ADDRESS + 1


def test_an_exchange_holds_no_payload_and_no_header() -> None:
    call = HttpCall(
        "POST",
        "https://user:secret@bc.cronus.example/Page?key=secret",
        {"Authorization": "secret"},
        b"secret",
    )

    exchange = exchange_of(call, 200, 40)

    assert "secret" not in exchange.model_dump_json()
    assert (exchange.sent_bytes, exchange.http_status, exchange.received_bytes) == (6, 200, 40)


def test_a_call_without_an_answer_has_no_status() -> None:
    assert exchange_of(HttpCall("POST", "https://bc.cronus.example/Page")).http_status is None
