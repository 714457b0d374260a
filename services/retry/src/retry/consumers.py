"""The consumer of operations, and of the commands by which administrators steer them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from common import topology
from common.consuming import message_type, subscriber
from common.contracts.operation import OperationRequested, OperationSteered

if TYPE_CHECKING:
    from faststream.message import StreamMessage
    from faststream.rabbit import RabbitBroker

    from retry.operations.supervisor import OperationSupervisor
    from retry.store.operations import OperationStore

PREFETCH = 8
STOP_TIMEOUT_S = 10.0


def subscribe(
    broker: RabbitBroker, operations: OperationStore, supervisor: OperationSupervisor
) -> None:
    """Add the subscriber of operations to the broker.

    Every replica stores the messages that it receives. The replica with the lease runs the
    operations.
    """

    @subscriber(broker, topology.RETRY_OPERATIONS, _parse, PREFETCH)
    async def store(message: OperationRequested | OperationSteered) -> None:
        if isinstance(message, OperationSteered):
            await operations.save_steering(message)
        else:
            await operations.add(message)
        supervisor.wake()


async def stop_consuming(broker: RabbitBroker) -> None:
    """Stop the broker. A connection that is already lost, or does not close in time, is ignored."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError, ExceptionGroup):
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await broker.stop()


async def _parse(message: StreamMessage[object]) -> OperationRequested | OperationSteered:
    if message_type(message) == OperationSteered.__name__:
        return OperationSteered.model_validate_json(message.body)
    return OperationRequested.model_validate_json(message.body)
