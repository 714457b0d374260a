"""Forgets the order of one appointment's versions, on the request of an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from common.contracts.forget_order import ForgetOrderRequested
    from dispatcher.ledger.ledger import Ledger

log = structlog.get_logger()


async def forget_order(ledger: Ledger, request: ForgetOrderRequested) -> None:
    """Forget the order in the ledger, so that the next version is sent although it is older."""
    connectors = await ledger.forget_order(request.appointment_key, request.connector_ids)
    log.info(
        "the order of an appointment is forgotten",
        appointment=request.appointment_key,
        connectors=connectors,
        requested_by=request.requested_by,
    )
