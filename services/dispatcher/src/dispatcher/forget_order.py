"""Forgets the order of one appointment's versions, as an administrator asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from common import topology
from common.consuming import parsed_by, subscriber
from common.contracts.forget_order import ForgetOrderRequested

if TYPE_CHECKING:
    from faststream.rabbit import RabbitBroker

    from dispatcher.ledger.ledger import Ledger

log = structlog.get_logger()
PREFETCH = 4


def subscribe(broker: RabbitBroker, ledger: Ledger) -> None:
    """Add the subscriber to the broker."""

    @subscriber(
        broker,
        topology.DISPATCHER_APPOINTMENTS,
        parsed_by(ForgetOrderRequested.model_validate_json),
        PREFETCH,
    )
    async def appointments(request: ForgetOrderRequested) -> None:
        known = await ledger.forget_order(request.appointment_key, request.connector_ids)
        log.info(
            "the order of an appointment is forgotten",
            appointment=request.appointment_key,
            connectors=known,
            requested_by=request.requested_by,
        )
