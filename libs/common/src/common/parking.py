"""Where a message goes that no code understood, or whose handler raised: to the dead letters,
with the reason.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from pydantic import ValidationError

from common import topology
from common.contracts.dead_letter import DeadLetter
from common.contracts.message import digest
from common.metrics import DEAD_LETTERS
from common.stack_trace import stack_trace_of

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

    from common.broker import ConfirmedPublisher

log = structlog.get_logger()
HANDLER_TRIES = 3
_COUNTED = {exchange.name: DEAD_LETTERS.labels(exchange.name) for exchange in topology.EXCHANGES}


def is_hopeless(message: AbstractIncomingMessage, error: Exception) -> bool:
    """Whether another try is pointless: it cannot be parsed, or its handler has
    raised often enough.
    """
    returned = message.headers.get("x-delivery-count", 0)
    return isinstance(error, ValidationError) or (
        isinstance(returned, int) and returned + 1 >= HANDLER_TRIES
    )


async def park(
    publisher: ConfirmedPublisher, message: AbstractIncomingMessage, queue: str, error: Exception
) -> None:
    """Publish the message to the dead letters, to be shown as Failed with its body and reason; the
    caller acknowledges it.
    """
    letter = DeadLetter(
        dead_letter_id=digest([queue, message.message_id or "", message.body.hex()]),
        queue=queue,
        type=message.type,
        reason=_reason(error),
        trace=None if isinstance(error, ValidationError) else stack_trace_of(error),
        body=message.body.decode(errors="replace"),
        at=datetime.now(UTC),
    )
    _COUNTED.get(message.exchange or "", DEAD_LETTERS.labels("other")).inc()
    log.error(
        "a message was parked", queue=queue, message_id=message.message_id, reason=letter.reason
    )
    body = letter.model_dump_json().encode()
    await publisher.publish_until_confirmed(
        topology.DEAD_LETTERS, body, message_id=letter.dead_letter_id, kind="DeadLetter"
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return (
            f"The message cannot be understood: {'.'.join(map(str, first['loc'])) or 'body'}: "
            f"{first['msg']}"
        )
    return f"The message could not be handled: {type(error).__name__}"
