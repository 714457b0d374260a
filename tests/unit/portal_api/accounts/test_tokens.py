from __future__ import annotations

import base64

import pytest

from portal_api.accounts.tokens import (
    api_key_id_of,
    csrf_token,
    is_same,
    new_key,
    new_token,
    token_hash,
)


def test_a_token_has_256_random_bits() -> None:
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in tokens} == {32}


def test_the_csrf_token_differs_from_the_session_token() -> None:
    one, other = new_token(), new_token()

    assert csrf_token(one) == csrf_token(one)
    assert len({one, token_hash(one), csrf_token(one), csrf_token(other)}) == 4


def test_a_key_carries_its_id() -> None:
    made = new_key()

    assert api_key_id_of(made.key) == made.api_key_id


@pytest.mark.parametrize(
    "key",
    [
        "",
        "mboc_",
        "mboc_000000000000_short",
        f"mboc_{'g' * 12}_{'A' * 43}",
        f"mboc_{'0' * 12}_{'A' * 43}x",
        f"\nmboc_{'0' * 12}_{'A' * 43}",
    ],
)
def test_what_is_no_key_of_ours_carries_none(key: str) -> None:
    assert api_key_id_of(key) is None


def test_only_the_same_is_the_same() -> None:
    assert is_same("ü", "ü")
    assert not is_same("a", "b")
    assert not is_same("a", "")
