"""Codes of authenticator apps and recovery codes, as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal_api.accounts.roles import Role
from portal_api.accounts.second_factor import (
    STEP_S,
    SecondFactorPolicy,
    is_time_code,
    matching_recovery_hash,
    matching_step,
    new_recovery_codes,
    normalize_code,
)

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_TIME = datetime.fromtimestamp(1_111_111_109, UTC)
RFC_CODE = "081804"
WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in RFC_CODE)
ARABIC = "".join(chr(ord(digit) + 0x630) for digit in RFC_CODE)
STEP = timedelta(seconds=STEP_S)


def test_the_codes_are_those_of_the_standard() -> None:
    assert matching_step(RFC_SECRET, RFC_CODE, RFC_TIME) == 1_111_111_109 // STEP_S


@pytest.mark.parametrize(("steps", "is_accepted"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_one_step(steps: int, *, is_accepted: bool) -> None:
    found = matching_step(RFC_SECRET, RFC_CODE, RFC_TIME + steps * STEP)

    assert (found is not None) is is_accepted


@pytest.mark.parametrize("text", ["081 804", " 081804\n", WIDE, "08-18-04"])
def test_spellings_of_one_code_are_one_code(text: str) -> None:
    assert normalize_code(text) == RFC_CODE


@pytest.mark.parametrize("text", [ARABIC, "08180", "0818044", "08180a", ""])
def test_other_texts_are_no_time_codes(text: str) -> None:
    assert not is_time_code(normalize_code(text))


def test_a_recovery_code_has_its_own_hash() -> None:
    new = new_recovery_codes()

    hashes = [
        matching_recovery_hash(new.salt, normalize_code(code.lower()), new.hashes)
        for code in new.codes
    ]

    assert (hashes, len(set(hashes))) == (new.hashes, 10)
    assert matching_recovery_hash(new.salt, "", new.hashes) is None


def test_the_policy_names_the_roles_that_need_a_second_factor() -> None:
    needed = {
        policy: [role for role in Role if policy.requires(role)] for policy in SecondFactorPolicy
    }

    assert needed == {"optional": [], "admins": [Role.ADMIN], "everyone": list(Role)}
