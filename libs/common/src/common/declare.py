"""Declares exchanges and queues, and reports those that are missing or have other arguments.

A service declares its own queues. The administrator declares those of other services
(deploy/rabbitmq/definitions.json), so a service only checks that they exist. A user with every
permission, as on a developer's machine, also declares the missing ones.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from aiormq.exceptions import (
    ChannelAccessRefused,
    ChannelClosed,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
)

from common.errors import BrokerUnavailableError, MissingTopologyError, QueueMismatchError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from aio_pika.abc import AbstractConnection
    from aiormq.abc import AbstractChannel
    from aiormq.abc import AbstractConnection as Transport

    from common import topology

    Step = Callable[[AbstractChannel], Awaitable[object]]


async def declare(
    connection: AbstractConnection,
    service: topology.ServiceTopology,
    queues: Iterable[topology.Queue],
    exchanges: Iterable[topology.Exchange] = (),
) -> None:
    """Declare or check these exchanges, and these queues with their exchanges and bindings.

    Raises MissingTopologyError and QueueMismatchError.
    """
    queues = tuple(queues)
    if connection.transport is None:
        raise BrokerUnavailableError("not connected")
    async with _channels(connection.transport.connection) as run:
        for exchange in dict.fromkeys([*exchanges, *(queue.exchange for queue in queues)]):
            await _ensure_exchange(run, service, exchange)
        for queue in queues:
            await _ensure_queue(run, service, queue)


@contextlib.asynccontextmanager
async def _channels(transport: Transport) -> AsyncIterator[Callable[[Step], Awaitable[None]]]:
    """Yield a function that runs a step on a channel.

    RabbitMQ closes a channel at each refusal. aio-pika would restore its channel with the refused
    declaration, so these channels are outside aio-pika.
    """
    channel: AbstractChannel | None = None

    async def run(step: Step) -> None:
        nonlocal channel
        if channel is None:
            channel = await transport.channel(publisher_confirms=False)
        try:
            await step(channel)
        except ChannelClosed:
            channel = None
            raise

    yield run
    # After an error the connection may not answer, so the channel is closed only after success.
    if channel is not None:
        await channel.close()


async def _ensure_exchange(
    run: Callable[[Step], Awaitable[None]],
    service: topology.ServiceTopology,
    exchange: topology.Exchange,
) -> None:
    async def step(channel: AbstractChannel, *, passive: bool) -> None:
        await channel.exchange_declare(
            exchange.name, exchange_type=exchange.type, durable=True, passive=passive
        )

    await _check_or_create(run, service, f"exchange {exchange.name}", step)


async def _ensure_queue(
    run: Callable[[Step], Awaitable[None]],
    service: topology.ServiceTopology,
    queue: topology.Queue,
) -> None:
    async def step(channel: AbstractChannel, *, passive: bool) -> None:
        await channel.queue_declare(
            queue.name, durable=True, passive=passive, arguments=dict(queue.arguments)
        )
        if not passive:
            await channel.queue_bind(queue.name, queue.exchange.name, queue.routing_key)

    try:
        if service.owns(queue):
            await run(partial(step, passive=False))
        else:
            await _check_or_create(run, service, f"queue {queue.name}", step)
    except ChannelPreconditionFailed as error:
        raise QueueMismatchError(_difference(queue.name, str(error))) from error
    except ChannelAccessRefused as error:
        raise MissingTopologyError(f"permission to declare {queue.name}", service.name) from error


async def _check_or_create(
    run: Callable[[Step], Awaitable[None]],
    service: topology.ServiceTopology,
    name: str,
    step: Callable[..., Awaitable[None]],
) -> None:
    try:
        return await run(partial(step, passive=True))
    except ChannelNotFoundEntity:
        pass
    try:
        await run(partial(step, passive=False))
    except ChannelAccessRefused as error:
        raise MissingTopologyError(name, service.name) from error


def _difference(queue: str, reply: str) -> str:
    """Return the difference as RabbitMQ's reply names it: the argument and both values."""
    difference = reply.partition(" - ")[2] or reply
    return (
        f"RabbitMQ has the queue {queue} with other arguments ({difference}). "
        "Delete the queue when it is empty. It is declared again within seconds."
    )
