"""Forgets the order of one appointment's versions, as an administrator asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from faststream import AckPolicy

from common import topology
from common.consuming import exchange, parsed_by, prefetch, queue
from common.contracts.forget_order import ForgetOrderRequested

if TYPE_CHECKING:
    from faststream.rabbit import RabbitBroker

    from dispatcher.ledger.ledger import Ledger

log = structlog.get_logger()
REQUESTS_AT_ONCE = 4


def subscribe(broker: RabbitBroker, ledger: Ledger) -> None:
    """Add the subscriber to the broker."""

    @broker.subscriber(
        queue(topology.DISPATCHER_APPOINTMENTS),
        exchange(topology.APPOINTMENTS),
        channel=prefetch(REQUESTS_AT_ONCE),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=parsed_by(ForgetOrderRequested.model_validate_json),
        no_reply=True,
    )
    async def appointments(request: ForgetOrderRequested) -> None:
        known = await ledger.forget_order(request.appointment_key, request.connector_ids)
        log.info(
            "the order of an appointment is forgotten",
            appointment=request.appointment_key,
            connectors=known,
            requested_by=request.requested_by,
        )
