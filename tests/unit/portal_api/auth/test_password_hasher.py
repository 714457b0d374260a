from __future__ import annotations

import asyncio

import argon2
import pytest
from argon2 import Parameters, extract_parameters
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from portal_api.auth import password_hasher
from portal_api.auth.password_hasher import PasswordHasher
from portal_api.errors import BusyError, InvalidFieldError

PASSWORD = "three made-up words"


class CountingHasher(PasswordHasher):
    """A hasher that counts verifications by the parameters of the hash."""

    def __init__(self) -> None:
        super().__init__(CHEAPEST)
        self.verified: list[Parameters] = []

    def _verify(self, kept: str, password: str) -> bool:
        self.verified.append(extract_parameters(kept))
        return super()._verify(kept, password)


async def test_a_hash_has_the_parameters_of_the_rfc() -> None:
    kept = await PasswordHasher().hash_new(PASSWORD, "operator1")

    assert extract_parameters(kept) == RFC_9106_LOW_MEMORY
    assert kept.startswith("$argon2id$")


async def test_only_the_right_password_matches() -> None:
    hasher = PasswordHasher(CHEAPEST)
    kept = await hasher.hash_new(PASSWORD, "operator1")

    assert await hasher.matches(kept, PASSWORD)
    assert not await hasher.matches(kept, PASSWORD + " ")
    assert not await hasher.matches("no hash", PASSWORD)


async def test_one_password_typed_on_two_keyboards_is_the_same() -> None:
    hasher = PasswordHasher(CHEAPEST)
    kept = await hasher.hash_new("wälrus made-up words", "operator1")

    assert await hasher.matches(kept, "wa\u0308lrus made-up words")


async def test_nobody_costs_the_same_work_and_never_matches() -> None:
    hasher = CountingHasher()
    kept = await hasher.hash_new(PASSWORD, "operator1")

    answers = [await hasher.matches(kept, "wrong"), await hasher.matches(None, "wrong")]

    assert answers == [False, False]
    assert hasher.verified == [CHEAPEST, CHEAPEST]


async def test_a_weak_password_is_refused_by_its_field() -> None:
    with pytest.raises(InvalidFieldError) as caught:
        await PasswordHasher(CHEAPEST).hash_new("short", "operator1", "new")

    assert caught.value.field == "new"


async def test_a_hash_with_other_parameters_is_outdated() -> None:
    hasher = PasswordHasher(CHEAPEST)

    assert hasher.is_outdated(
        argon2.PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash(PASSWORD)
    )
    assert not hasher.is_outdated(await hasher.hash_known(PASSWORD))


async def test_the_event_loop_runs_while_passwords_are_hashed_and_too_many_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(password_hasher, "MAX_WAITING", 4)
    hasher = PasswordHasher()
    kept = await hasher.hash_known(PASSWORD)
    checks = [asyncio.create_task(hasher.matches(kept, PASSWORD)) for _ in range(10)]

    turns = 0
    while not all(check.done() for check in checks):
        await asyncio.sleep(0.001)
        turns += 1

    answers = await asyncio.gather(*checks, return_exceptions=True)
    assert [answer for answer in answers if answer is True] == [True] * 4
    assert {type(answer) for answer in answers if answer is not True} == {BusyError}
    assert turns > 10


async def test_one_account_or_network_leaves_places_for_the_others() -> None:
    hasher = PasswordHasher(CHEAPEST)
    kept = await hasher.hash_new(PASSWORD, "operator1")

    answers = await asyncio.gather(
        *(hasher.matches(kept, PASSWORD, "name viewer1", "network 1") for _ in range(30)),
        hasher.matches(kept, PASSWORD, "name viewer2", "network 2"),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, BusyError) for answer in answers) == 10
    assert answers[-1] is True
    hasher.raise_if_busy("name viewer1", "network 1")
