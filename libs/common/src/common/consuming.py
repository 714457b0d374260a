"""Consumers with FastStream: a message is parsed, handled and acknowledged. A message that cannot
be handled is dead-lettered.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from faststream import AckPolicy, BaseMiddleware
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.schemas.queue import QueueType

from common import topology
from common.broker import count_reconnect
from common.dead_lettering import handle_or_dead_letter
from common.health import ConnectionIntact

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from faststream.message import StreamMessage
    from faststream.rabbit import RabbitMessage

    from common.broker import Publisher

    Decoder = Callable[[Any], Awaitable[Any]]
    Handler = Callable[[Any], Awaitable[None]]


def consuming_broker(url: str, publisher: Publisher) -> RabbitBroker:
    """Return a broker whose subscribers receive parsed messages. A message is handled up to three
    times and acknowledged after the handler or the dead letter.
    """

    class DeadLettering(BaseMiddleware[Any, Any]):
        async def consume_scope(
            self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]
        ) -> Any:
            queue = self.context.get_local("handler_").queue.name
            return await handle_or_dead_letter(
                publisher, msg.raw_message, queue, partial(call_next, msg)
            )

    return RabbitBroker(
        url,
        middlewares=[DeadLettering],
        apply_types=False,
        logger=None,
        reconnect_interval=1.0,
        graceful_timeout=30,
        on_reconnected=[count_reconnect],
    )


async def consuming_checks(
    broker: RabbitBroker, consumed: str
) -> tuple[Callable[[], str | None], Callable[[], str | None]]:
    """Return the readiness checks of a started broker: its connection is intact, and every
    subscriber is running. ``consumed`` names the messages in the reason.
    """

    def consuming() -> str | None:
        is_running = all(subscriber.running for subscriber in broker.subscribers)
        return None if is_running else f"{consumed} are not consumed"

    return ConnectionIntact(await broker.connect()).check, consuming


def subscriber(
    broker: RabbitBroker, source: topology.Queue, decoder: Decoder, at_once: int
) -> Callable[[Handler], Any]:
    """Return the decorator of a handler for a shared queue, with at most ``at_once`` unacknowledged
    messages.

    A message that was neither handled nor dead-lettered returns to the queue.
    """
    return broker.subscriber(
        _queue(source),
        _exchange(source.exchange),
        channel=Channel(prefetch_count=at_once),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=decoder,
        no_reply=True,
    )


def own_subscriber(
    broker: RabbitBroker,
    source: topology.Exchange,
    own: RabbitQueue,
    decoder: Decoder,
    at_once: int,
) -> Callable[[Handler], Any]:
    """Return the decorator of a handler for this replica's own queue (see ``own_queue``)."""
    return broker.subscriber(
        own,
        _exchange(source),
        channel=Channel(prefetch_count=at_once),
        ack_policy=AckPolicy.ACK,
        decoder=decoder,
        no_reply=True,
    )


def _queue(source: topology.Queue) -> RabbitQueue:
    """Return FastStream's declaration of a queue, which FastStream repeats after a lost connection.

    The queue of dead letters is only checked. It has the name of its exchange, so the permission to
    declare it would be one to delete the exchange.
    """
    arguments: Any = {
        key: value for key, value in source.arguments.items() if key != "x-queue-type"
    }
    return RabbitQueue(
        source.name,
        queue_type=QueueType.QUORUM,
        durable=True,
        declare=source != topology.DEAD_LETTER_QUEUE,
        routing_key=source.routing_key,
        arguments=arguments,
    )


def own_queue(name: str, routing_key: str = "", most_messages: int | None = None) -> RabbitQueue:
    """Return a queue for one replica, which RabbitMQ deletes a minute after its last use.

    The queue is not exclusive. After a half-open connection the replica could not use an exclusive
    queue until RabbitMQ's heartbeat closes the old connection. With ``most_messages`` the queue
    drops its oldest messages.
    """
    arguments: Any = {"x-expires": topology.OWN_QUEUE_EXPIRES_MS}
    if most_messages is not None:
        arguments |= {"x-max-length": most_messages, "x-overflow": "drop-head"}
    return RabbitQueue(name, durable=True, routing_key=routing_key, arguments=arguments)


def _exchange(source: topology.Exchange) -> RabbitExchange:
    """Return FastStream's declaration of an exchange. Those of the topology exist already, and the
    service may not declare them.
    """
    return RabbitExchange(
        source.name,
        type=ExchangeType(source.type),
        durable=True,
        declare=source not in topology.EXCHANGES,
    )


def parsed_by(parse: Callable[[bytes], Any]) -> Decoder:
    """Return a decoder that gives the handler the result of ``parse``."""

    async def decode(message: RabbitMessage) -> Any:
        return parse(message.body)

    return decode


class TypedBody(NamedTuple):
    """An unparsed message. ``type`` is the name of its contract, or an empty string."""

    type: str
    message_id: str
    body: bytes


async def typed_body(message: StreamMessage[Any]) -> TypedBody:
    """Decode nothing, so that the handler chooses the contract by the type of the message."""
    return TypedBody(message_type(message), message.message_id, message.body)


def message_type(message: StreamMessage[Any]) -> str:
    """Return the AMQP type of a message, or an empty string."""
    return getattr(message.raw_message, "type", None) or ""
