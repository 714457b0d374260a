"""Publishes requests for deliveries, and the progress of operations."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common import topology
from common.contracts.delivery import STATUSES, DeliveryRequested, Phase, StatusChanged
from common.contracts.message import NO_CONNECTOR, digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from common.broker import Publisher
    from common.contracts.operation import DeliveriesArchived, OperationProgressed
    from common.contracts.transaction import TransactionReceived
    from retry.model.candidate import RequeueClaim


class RetryPublisher:
    """Publishes every message of retry.

    Each method returns when RabbitMQ has confirmed all messages, however long it is unavailable.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def publish_requests(
        self, claims: Sequence[RequeueClaim], transactions: Mapping[str, TransactionReceived]
    ) -> None:
        """Publish the request for each claimed attempt. ``transactions`` holds them by id.

        One message before the requests sets the status of all these deliveries to pending.
        Each request goes to partition 0 of its connector, because retry does not read the number of
        partitions. Dispatcher's lane passes the request on to the partition of its appointment.
        Where the lane does not exist, dispatcher gets the request as unrouted, and declares it.
        """
        if not claims:
            return
        requests = [request_of(c, transactions[c.candidate.transaction_id]) for c in claims]
        await self._publisher.publish_until_confirmed(
            topology.STATUSES,
            STATUSES.dump_json([_pending(request) for request in requests]),
            message_id=digest(r.message_id for r in requests),
            kind="StatusChanged",
        )
        await asyncio.gather(*map(self._publish_request, requests))

    async def publish_progress(self, progress: OperationProgressed) -> None:
        """Publish the state and counts of an operation."""
        await self._publish_operation(
            progress.model_dump_json(),
            f"{progress.operation_id}.{progress.revision}",
            "OperationProgressed",
            topology.OPERATION_PROGRESSED,
        )

    async def publish_archived(self, message: DeliveriesArchived) -> None:
        """Publish the deliveries that an operation archives or restores."""
        await self._publish_operation(
            message.model_dump_json(),
            digest([message.operation_id, *message.delivery_ids]),
            "DeliveriesArchived",
            topology.DELIVERIES_ARCHIVED,
        )

    async def _publish_request(self, request: DeliveryRequested) -> None:
        body = request.model_dump_json().encode()
        await self._publisher.publish_until_confirmed(
            topology.DELIVERIES,
            body,
            message_id=request.message_id,
            kind="DeliveryRequested",
            routing_key=request.connector_id,
            unrouted_key=NO_CONNECTOR,
        )

    async def _publish_operation(
        self, body: str, message_id: str, kind: str, routing_key: str
    ) -> None:
        await self._publisher.publish_until_confirmed(
            topology.OPERATIONS,
            body.encode(),
            message_id=message_id,
            kind=kind,
            routing_key=routing_key,
        )


def request_of(claim: RequeueClaim, transaction: TransactionReceived) -> DeliveryRequested:
    """Return the request for the claimed attempt, as a span of the change's trace."""
    candidate = claim.candidate
    return DeliveryRequested(
        delivery_id=candidate.delivery_id,
        attempt=candidate.next_attempt,
        trigger=claim.claimant.trigger,
        connector_id=candidate.connector_id,
        requested_at=datetime.now(UTC),
        transaction=transaction,
        traceparent=transaction.traceparent,
        repeats=candidate.repeats,
        repeated_cause=candidate.repeated_cause,
        is_check=claim.claimant.is_check,
    )


def _pending(request: DeliveryRequested) -> StatusChanged:
    return StatusChanged.about(request, phase=Phase.PENDING, status=None, at=request.requested_at)
