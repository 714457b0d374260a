"""Secrets of settings: the weak ones are refused with a sentence, without the secret itself."""

from __future__ import annotations

import secrets
import uuid

import pytest
from pydantic import SecretStr

from common.strong_secret import require_strong_secret, weakness_of

HEX = "0491a12a75b091b93312d881ce472c97"


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("", "fewer than 32"),
        ("a", "fewer than 32"),
        (HEX[:31], "fewer than 32"),
        ("a" * 40, "repeats"),
        ("ab" * 20, "repeats"),
        ("S3cr3t!x" * 4, "repeats"),
        ("S3cr3t!xy" * 4 + "S3c", "repeats"),
        ("abcdefghijklmnopqrstuvwxyz0123456789", "counts through"),
        ("9876543210zyxwvutsrqponmlkjihgfedcba", "counts through"),
        ("please-change-me-before-the-first-start", "placeholder"),
        ("ChangeMe-to-something-that-is-longer!", "placeholder"),
        ("the-Password-of-our-Dime.Scheduler-2026", "placeholder"),
        (f" {HEX}", "blank"),
        (f"{HEX}\n", "control"),
        (f"{HEX}\x00{HEX}", "control"),
    ],
)
def test_a_weak_secret_is_refused_with_its_reason(secret: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as raised:
        require_strong_secret(SecretStr(secret), "the secret of dime")

    assert str(raised.value).startswith("the secret of dime ")
    assert "openssl rand -hex 32" in str(raised.value)
    assert not secret or len(secret) < 2 or secret not in str(raised.value)


def test_random_secrets_of_the_usual_tools_are_strong() -> None:
    made = [
        text
        for _ in range(500)
        for text in (secrets.token_hex(16), secrets.token_urlsafe(32), str(uuid.uuid4()))
    ]

    assert [text for text in made if weakness_of(text)] == []
