"""MongoDB counts the failed sign-ins. Time is an argument, so the tests never sleep."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from portal_api.accounts.lockout import lockout_of_addresses, lockout_of_names
from portal_api.schemas.types import now_in_milliseconds
from portal_api.store.sign_ins import SignIns
from tests.support.database import Database

SECOND, HOUR, NONE = timedelta(seconds=1), timedelta(hours=1), timedelta(0)
ADDRESS = "203.0.113.9"


@pytest.fixture
def sign_ins(empty_database: Database) -> SignIns:
    waits = 30 * SECOND, HOUR
    return SignIns(empty_database, lockout_of_names(*waits), lockout_of_addresses(*waits))


async def test_each_wait_is_twice_the_one_before_up_to_the_longest(sign_ins: SignIns) -> None:
    now, waits = now_in_milliseconds(), []
    assert [await sign_ins.begin("admin", ADDRESS, now) for _ in range(5)] == [NONE] * 5

    for _ in range(9):
        waits.append(await sign_ins.begin("admin", ADDRESS, now))
        now += waits[-1]
        assert await sign_ins.begin("admin", ADDRESS, now) == NONE, "one try after each wait"

    assert [wait / SECOND for wait in waits] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


async def test_tries_while_waiting_make_the_wait_no_longer(sign_ins: SignIns) -> None:
    now = now_in_milliseconds()
    for _ in range(5):
        await sign_ins.begin("admin", ADDRESS, now)

    left = [await sign_ins.begin("admin", ADDRESS, now + step * SECOND) for step in (1, 10, 29)]

    assert [wait / SECOND for wait in left] == [29, 20, 1]


async def test_of_concurrent_guesses_five_are_checked(sign_ins: SignIns) -> None:
    now = datetime.now(UTC)

    waits = await asyncio.gather(
        *(sign_ins.begin("admin", f"203.0.113.{n}", now) for n in range(40))
    )

    assert waits.count(NONE) == 5


async def test_a_success_forgets_the_name_and_is_not_counted_for_the_address(
    sign_ins: SignIns,
) -> None:
    now = now_in_milliseconds()
    for _ in range(100):
        assert await sign_ins.begin("admin", ADDRESS, now) == NONE
        await sign_ins.record_success("admin", ADDRESS, now)

    assert await sign_ins.begin("admin", ADDRESS, now) == NONE


async def test_a_successful_sign_in_does_not_reset_the_address(sign_ins: SignIns) -> None:
    now, tried = now_in_milliseconds(), 0

    while await sign_ins.begin(f"guessed{tried}", ADDRESS, now) == NONE:
        tried += 1
        if await sign_ins.begin("own", ADDRESS, now) == NONE:
            await sign_ins.record_success("own", ADDRESS, now)

    assert tried <= 51


async def test_failures_are_forgotten_after_a_day_without_any(sign_ins: SignIns) -> None:
    now = now_in_milliseconds()
    for _ in range(5):
        await sign_ins.begin("admin", ADDRESS, now)

    later = now + timedelta(days=1, minutes=1)

    assert [await sign_ins.begin("admin", ADDRESS, later) for _ in range(5)] == [NONE] * 5


async def test_each_ipv6_network_is_counted_separately(sign_ins: SignIns) -> None:
    now = now_in_milliseconds()
    for n in range(60):
        await sign_ins.begin(f"name{n}", f"2001:db8:1:2::{n:x}", now)

    assert await sign_ins.begin("other", "2001:db8:1:2::ffff", now) > NONE
    assert await sign_ins.begin("other", "2001:db8:1:3::1", now) == NONE
