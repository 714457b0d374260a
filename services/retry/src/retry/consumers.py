"""What arrives from the broker: operations that administrators asked for, and how
they steer them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common import topology
from common.consuming import subscriber
from common.contracts.operation import OperationRequested, OperationSteered

if TYPE_CHECKING:
    from faststream.message import StreamMessage
    from faststream.rabbit import RabbitBroker

    from retry.operations.supervisor import Operate
    from retry.store.operations import Operations

MESSAGES_AT_ONCE = 8


def subscribe(broker: RabbitBroker, operations: Operations, operate: Operate) -> None:
    """Add this service's subscriber to the broker; the replica that takes a message keeps it, the
    one with the lease acts on it.
    """

    @subscriber(broker, topology.RETRY_OPERATIONS, _said, MESSAGES_AT_ONCE)
    async def said(message: OperationRequested | OperationSteered) -> None:
        if isinstance(message, OperationSteered):
            await operations.steer(message)
        else:
            await operations.add(message)
        operate.look()


async def _said(message: StreamMessage[object]) -> OperationRequested | OperationSteered:
    if getattr(message.raw_message, "type", None) == OperationSteered.__name__:
        return OperationSteered.model_validate_json(message.body)
    return OperationRequested.model_validate_json(message.body)
