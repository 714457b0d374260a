from __future__ import annotations

import pytest

from dispatcher.back_offices.exchanges import LONGEST_ADDRESS, Trail, address_of, followed, leave


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "https://user:secret@bc.cronus.example:7047/BC/WS/Page?tenant=t&key=secret#x",
            "https://bc.cronus.example:7047/BC/WS/Page",
        ),
        ("https://hooks.cronus.example", "https://hooks.cronus.example"),
        ("http://[::1", ""),
    ],
)
def test_an_address_is_told_without_credentials_and_query(url: str, told: str) -> None:
    assert address_of(url) == told


def test_an_endless_address_is_cut() -> None:
    assert len(address_of(f"https://hooks.cronus.example/{'a' * 5000}")) == LONGEST_ADDRESS + 1


def test_the_last_call_is_remembered_and_one_without_an_answer_has_none() -> None:
    trail = Trail()

    with followed(trail):
        leave("POST", "https://login.cronus.example/token", 12, 200, 40)
        leave("POST", "https://bc.cronus.example/Page", 2048)

    assert trail.last is not None
    assert (trail.last.address, trail.last.sent_bytes, trail.last.http_status) == (
        "https://bc.cronus.example/Page",
        2048,
        None,
    )


def test_nothing_is_remembered_where_nobody_follows() -> None:
    trail = Trail()
    with followed(trail):
        pass

    leave("POST", "https://bc.cronus.example/Page", 2048)

    assert trail.last is None
