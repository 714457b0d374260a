"""Handles a message, and dead-letters it when it cannot be parsed or its handler raises."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import structlog
from pydantic import ValidationError

from common import topology
from common.contracts.dead_letter import DeadLetter, body_fields
from common.contracts.message import digest
from common.errors import BrokerUnavailableError, PoisonError
from common.metrics import DEAD_LETTERS
from common.stack_trace import stack_trace_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aio_pika.abc import AbstractIncomingMessage

    from common.broker import ConfirmedPublisher

log = structlog.get_logger()
T = TypeVar("T")
HANDLER_TRIES = 3
FIRST_PAUSE_S = 0.5
MAX_PAUSE_S = 30.0
_COUNTED = {exchange.name: DEAD_LETTERS.labels(exchange.name) for exchange in topology.EXCHANGES}


async def handle_or_dead_letter(
    publisher: ConfirmedPublisher,
    message: AbstractIncomingMessage,
    queue: str,
    handle: Callable[[], Awaitable[T]],
) -> T | None:
    """Handle the message up to three times with growing pauses, then dead-letter it. The caller
    acknowledges the message.

    Tries are counted in this process, because RabbitMQ's count also grows with handovers and lost
    connections, and from 4.3 on a nack does not count. Tries while RabbitMQ is unavailable do not
    count. A message of the dead-letter queue is never dead-lettered, but tried again without end.
    """
    tries = 0
    while True:
        try:
            return await handle()
        except Exception as error:
            tries += not isinstance(error, BrokerUnavailableError)
            if queue != topology.DEAD_LETTER_QUEUE.name and _is_poison(error, tries):
                await dead_letter(publisher, message, queue, error)
                return None
            log.exception(
                "a message could not be handled and is tried again",
                queue=queue,
                message_id=message.message_id,
            )
        await asyncio.sleep(min(FIRST_PAUSE_S * max(tries, 1), MAX_PAUSE_S))


async def dead_letter(
    publisher: ConfirmedPublisher,
    message: AbstractIncomingMessage,
    queue: str,
    error: Exception,
    body: bytes | None = None,
) -> None:
    """Publish the message as a dead letter, which Error Tracking shows as Failed with its reason.
    ``body`` replaces the message's body, when only a part of it failed.
    """
    body = message.body if body is None else body
    _COUNTED.get(message.exchange or "", DEAD_LETTERS.labels("other")).inc()
    await publish_dead_letter(
        publisher, body, message.message_id or "", error, queue=queue, kind=message.type
    )


async def publish_dead_letter(
    publisher: ConfirmedPublisher,
    body: bytes,
    message_id: str,
    error: Exception,
    *,
    queue: str,
    kind: str | None,
) -> None:
    """Publish a dead letter with the reason and the message's body, cut to a bounded size."""
    letter = DeadLetter(
        dead_letter_id=digest([queue, message_id, body.hex()]),
        queue=queue,
        type=kind,
        reason=_reason(error),
        trace=None if _is_poison(error) else stack_trace_of(error),
        at=datetime.now(UTC),
        **body_fields(body),
    )
    log.error(
        "a message was dead-lettered", queue=queue, message_id=message_id, reason=letter.reason
    )
    await publisher.publish_until_confirmed(
        topology.DEAD_LETTERS,
        letter.model_dump_json().encode(),
        message_id=letter.dead_letter_id,
        kind="DeadLetter",
    )


def _is_poison(error: Exception, tries: int = 0) -> bool:
    return tries >= HANDLER_TRIES or isinstance(error, ValidationError | PoisonError)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return (
            f"The message cannot be understood: {'.'.join(map(str, first['loc'])) or 'body'}: "
            f"{first['msg']}"
        )
    if isinstance(error, PoisonError):
        return f"The message could not be handled: {error}"
    return f"The message could not be handled: {type(error).__name__}"
