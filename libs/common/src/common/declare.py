"""Declares exchanges and queues, and reports queues that exist with other arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aio_pika.exceptions import ChannelPreconditionFailed

from common import topology
from common.errors import QueueMismatchError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aio_pika.abc import AbstractChannel


async def declare_exchanges(
    channel: AbstractChannel, exchanges: Iterable[topology.Exchange]
) -> None:
    """Declare these exchanges. Existing ones stay."""
    for exchange in exchanges:
        await channel.declare_exchange(exchange.name, exchange.type, durable=True)


async def declare(channel: AbstractChannel, *queues: topology.Queue) -> None:
    """Declare these queues with their exchanges and bindings. Existing ones stay.

    Raises QueueMismatchError, which closes the channel.
    """
    await declare_exchanges(channel, {topology.DEAD_LETTERS, *(queue.exchange for queue in queues)})
    for queue in queues:
        try:
            declared = await channel.declare_queue(
                queue.name, durable=True, arguments=dict(queue.arguments)
            )
        except ChannelPreconditionFailed as error:
            raise QueueMismatchError(_difference(queue.name, str(error))) from error
        await declared.bind(queue.exchange.name, queue.routing_key)


def _difference(queue: str, reply: str) -> str:
    """Return the difference as RabbitMQ's reply names it: the argument and both values."""
    difference = reply.partition(" - ")[2] or reply
    return (
        f"RabbitMQ has the queue {queue} with other arguments ({difference}). "
        "Delete the queue when it is empty. It is declared again within seconds."
    )
