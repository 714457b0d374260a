"""How failures are counted in MongoDB: time is an argument here, so nothing sleeps."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from common.database import open_database
from portal_api.accounts.lockout import patience_with_addresses, patience_with_names
from portal_api.schemas.types import this_moment
from portal_api.store.sign_ins import SignIns

SECOND, HOUR, NONE = timedelta(seconds=1), timedelta(hours=1), timedelta(0)
ADDRESS = "203.0.113.9"


@pytest.fixture
async def sign_ins(mongodb_url: str) -> AsyncIterator[SignIns]:
    database = open_database(mongodb_url, f"test-{uuid.uuid4().hex[:8]}")
    waits = 30 * SECOND, HOUR
    yield SignIns(database, patience_with_names(*waits), patience_with_addresses(*waits))
    await database.client.drop_database(database.name)


async def test_each_wait_is_twice_the_one_before_up_to_the_longest(sign_ins: SignIns) -> None:
    now, waits = this_moment(), []
    assert [await sign_ins.begin("admin", ADDRESS, now) for _ in range(5)] == [NONE] * 5

    for _ in range(9):
        waits.append(await sign_ins.begin("admin", ADDRESS, now))
        now += waits[-1]
        assert await sign_ins.begin("admin", ADDRESS, now) == NONE, "one try after each wait"

    assert [wait / SECOND for wait in waits] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


async def test_tries_while_waiting_make_the_wait_no_longer(sign_ins: SignIns) -> None:
    now = this_moment()
    for _ in range(5):
        await sign_ins.begin("admin", ADDRESS, now)

    left = [await sign_ins.begin("admin", ADDRESS, now + step * SECOND) for step in (1, 10, 29)]

    assert [wait / SECOND for wait in left] == [29, 20, 1]


async def test_of_guesses_at_once_five_are_looked_at(sign_ins: SignIns) -> None:
    now = datetime.now(UTC)

    waits = await asyncio.gather(
        *(sign_ins.begin("admin", f"203.0.113.{n}", now) for n in range(40))
    )

    assert waits.count(NONE) == 5


async def test_a_success_forgets_the_name_and_is_not_counted_for_the_address(
    sign_ins: SignIns,
) -> None:
    now = this_moment()
    for _ in range(100):
        assert await sign_ins.begin("admin", ADDRESS, now) == NONE
        await sign_ins.succeeded("admin", ADDRESS, now)

    assert await sign_ins.begin("admin", ADDRESS, now) == NONE


async def test_ones_own_success_does_not_excuse_guessing_others(sign_ins: SignIns) -> None:
    now, tried = this_moment(), 0

    while await sign_ins.begin(f"guessed{tried}", ADDRESS, now) == NONE:
        tried += 1
        if await sign_ins.begin("own", ADDRESS, now) == NONE:
            await sign_ins.succeeded("own", ADDRESS, now)

    assert tried <= 51


async def test_failures_are_forgotten_after_a_day_without_any(sign_ins: SignIns) -> None:
    now = this_moment()
    for _ in range(5):
        await sign_ins.begin("admin", ADDRESS, now)

    later = now + timedelta(days=1, minutes=1)

    assert [await sign_ins.begin("admin", ADDRESS, later) for _ in range(5)] == [NONE] * 5


async def test_an_office_is_counted_apart_from_its_neighbours(sign_ins: SignIns) -> None:
    now = this_moment()
    for n in range(60):
        await sign_ins.begin(f"name{n}", f"2001:db8:1:2::{n:x}", now)

    assert await sign_ins.begin("other", "2001:db8:1:2::ffff", now) > NONE
    assert await sign_ins.begin("other", "2001:db8:1:3::1", now) == NONE
