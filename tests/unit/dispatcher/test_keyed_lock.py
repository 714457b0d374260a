from __future__ import annotations

import asyncio

from dispatcher.keyed_lock import KeyedLock
from tests.support.virtual_time import in_virtual_time, now, settle


@in_virtual_time
async def test_changes_of_one_appointment_go_one_after_another_in_their_order() -> None:
    lock, order = KeyedLock(), list[int]()

    async def change(number: int) -> None:
        async with lock.hold("a"):
            await asyncio.sleep(1)
            order.append(number)

    await asyncio.gather(*(change(number) for number in range(5)))

    assert order == [0, 1, 2, 3, 4]
    assert now() == 5


@in_virtual_time
async def test_changes_of_different_appointments_do_not_wait_for_each_other() -> None:
    lock = KeyedLock()

    async def change(key: str) -> None:
        async with lock.hold(key):
            await asyncio.sleep(1)

    await asyncio.gather(*(change(key) for key in "abc"))

    assert now() == 1


@in_virtual_time
async def test_a_change_that_stops_waiting_leaves_its_place_and_no_trace() -> None:
    lock, order = KeyedLock(), list[str]()

    async def change(name: str) -> None:
        async with lock.hold("a"):
            await asyncio.sleep(1)
            order.append(name)

    tasks = {name: asyncio.create_task(change(name)) for name in "xyz"}
    await settle()
    tasks["y"].cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)

    assert order == ["x", "z"]
    assert lock._locks == {}
