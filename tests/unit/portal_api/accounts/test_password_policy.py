from __future__ import annotations

import pytest

from portal_api.accounts.password_policy import weakness


@pytest.mark.parametrize(
    "password",
    [
        "three made-up words",
        "kf93ls02mdka",
        "ünïcödé walrus tree",
        "x y z walrus lantern " * 6,
        "walrus lantern tree " * 4,
    ],
)
def test_a_long_and_uncommon_password_is_good(password: str) -> None:
    assert weakness(password, "operator1") is None


@pytest.mark.parametrize(
    "password", ["", "elevenchars", "x" * 201, "x y z walrus lantern " * 6 + "xyz"]
)
def test_the_length_is_between_twelve_and_128(password: str) -> None:
    assert weakness(password, "operator1") == "must have 12 to 128 characters"


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123456!",
        "qwertyuiop12",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "letmeinletmein",
        "Welkom01Welkom01",
        "motdepasse123",
        "Welcome2024!!",
        "Summer2026!Summer",
        "summer-2026-summer",
        "SummerWinter2026!",
        "Zomer2026!Zomer",
        "Wachtwoord2026!",
        "January2026!Jan",
        "Company2025#Winter",
        "Password2024!!!",
        "iloveyou2026!!",
        "correcthorsebatterystaple",
        "Correct-Horse-Battery-Staple1",
        "Operator1-2026!!",
    ],
)
def test_what_everybody_takes_is_refused(password: str) -> None:
    assert "easy to guess" in str(weakness(password, "operator1"))


@pytest.mark.parametrize(
    "password", ["dimescheduler", "dime.scheduler", "mboc-connector", "backoffice123"]
)
def test_the_words_of_the_product_are_refused(password: str) -> None:
    assert weakness(password, "operator1") is not None


@pytest.mark.parametrize(
    "password", ["konstantinopel", "Konstantinopel!", "konstantin opel12", "1konstantinopel1"]
)
def test_the_name_with_little_around_it_is_refused(password: str) -> None:
    assert "name" in str(weakness(password, "konstantinopel"))


def test_a_password_is_long_by_characters_and_not_by_bytes() -> None:
    assert weakness("ü" * 6, "operator1") == "must have 12 to 128 characters"
