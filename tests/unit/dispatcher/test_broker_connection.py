from __future__ import annotations

import asyncio
from typing import Any, cast

from aio_pika.abc import AbstractConnection

from dispatcher.broker_connection import BrokerConnection


class Transport:
    """The transport of a connection in the client library."""

    def __init__(self, *, is_opened: bool) -> None:
        self.is_opened = is_opened

    @property
    def connection(self) -> Transport:
        return self


class Callbacks:
    def __init__(self) -> None:
        self.added: list[Any] = []

    def add(self, callback: Any) -> None:
        self.added.append(callback)


class FakeConnection:
    def __init__(self, *, is_opened: bool = True) -> None:
        self.transport = Transport(is_opened=is_opened)
        self.close_callbacks = Callbacks()

    def lose(self) -> None:
        self.transport.is_opened = False
        for callback in self.close_callbacks.added:
            callback(self, None)


def connecting(*connections: FakeConnection) -> BrokerConnection:
    left = list(connections)

    async def connect() -> AbstractConnection:
        await asyncio.sleep(0)
        return cast("AbstractConnection", left.pop(0))

    return BrokerConnection(connect)


async def test_a_connection_that_works_is_kept() -> None:
    only: Any = FakeConnection()
    connection = connecting(only)

    assert await connection.get() is only
    assert await connection.get() is only


async def test_a_connection_that_was_lost_while_it_was_made_is_replaced() -> None:
    lost: Any = FakeConnection(is_opened=False)
    working: Any = FakeConnection()
    connection = connecting(lost, working)
    await connection.get()

    assert not connection.is_open
    assert await connection.get() is working


async def test_the_late_end_of_an_old_connection_does_not_end_the_new_one() -> None:
    old: Any = FakeConnection()
    new: Any = FakeConnection()
    connection = connecting(old, new)
    await connection.get()
    old.transport.is_opened = False
    await connection.get()

    old.lose()

    assert connection.is_open
    assert await connection.get() is new


async def test_two_that_ask_at_once_share_one_connection() -> None:
    only: Any = FakeConnection()
    connection = connecting(only)

    both: list[Any] = list(await asyncio.gather(connection.get(), connection.get()))

    assert both == [only, only]
