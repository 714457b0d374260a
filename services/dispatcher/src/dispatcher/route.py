"""Finds the connectors of each transaction and requests one delivery from each of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from common import topology
from common.contracts.delivery import DeliveryRequested, Phase, Status, StatusChanged, Trigger
from common.contracts.message import NO_CONNECTOR, delivery_id_of
from common.topology import partition_of
from common.traces.messaging import consume_span
from common.traces.spans import end_all
from dispatcher.age_tracker import AgeTracker
from dispatcher.keyed_lock import KeyedLock
from dispatcher.metrics import TRANSACTIONS, UNROUTED_AGE, attempts_of, routed_to
from dispatcher.outcome import Outcome, status_changed_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from common.broker import ConfirmedPublisher
    from common.contracts.connector import Connector
    from common.contracts.transaction import TransactionReceived
    from common.traces.spans import Span
    from dispatcher.connector_cache import ConnectorCache
    from dispatcher.ledger.ledger import Ledger
    from dispatcher.status_publisher import StatusPublisher


class RoutingService:
    """TransactionReceived -> one DeliveryRequested per matching connector.

    Without a matching connector the status is *MBOC Not Provided*. Changes of one appointment reach
    their lanes in the order of their arrival.
    """

    def __init__(
        self,
        connectors: ConnectorCache,
        publisher: ConfirmedPublisher,
        statuses: StatusPublisher,
        ledger: Ledger,
        replica: str,
    ) -> None:
        self._connectors = connectors
        self._ledger = ledger
        self._publisher = publisher
        self._statuses = statuses
        self._replica = replica
        self._locks = KeyedLock()
        self._ages = AgeTracker()
        UNROUTED_AGE.set_function(self._ages.oldest_s)

    async def route(self, transactions: Sequence[TransactionReceived]) -> None:
        """Route the transactions. Returns when the broker has confirmed every resulting message."""
        now = datetime.now(UTC)
        spans = [
            consume_span("route", topology.TRANSACTIONS, one.traceparent, partial(_attributes, one))
            for one in transactions
        ]
        oldest = min((transaction.received_at for transaction in transactions), default=now)
        with end_all(spans), self._ages.since(oldest):
            await asyncio.gather(
                *(
                    self._route(transaction, now, span)
                    for transaction, span in zip(transactions, spans, strict=True)
                )
            )
        TRANSACTIONS.inc(len(transactions))

    async def reroute(self, request: DeliveryRequested) -> None:
        """Route a transaction that no connector matched, because an administrator retried it.

        Where a connector matches by now, the delivery without one is *Skipped* and names it. A
        request for a connector found no lane, because RabbitMQ lost its queues. It goes to the lane
        again, which this service may declare.
        """
        if self._connectors.find(request.connector_id) is not None:
            await self._publish_to_lane(topology.lane(request.connector_id), request)
            return
        transaction, now = request.transaction, datetime.now(UTC)
        appointment = transaction.appointment
        attributes = partial(_attributes, transaction)
        with consume_span("route", topology.DELIVERIES, request.traceparent, attributes) as span:
            connectors = await self._connectors.find_for_source_app(
                appointment.source_app, appointment.source_type
            )
            await self._request_deliveries(transaction, connectors, now, span, request.trigger)
            outcome = (
                _rerouted_outcome(connectors) if connectors else _not_provided_outcome(transaction)
            )
            await self._statuses.publish(
                status_changed_of(request, None, outcome, self._replica, span)
            )

    async def _route(self, transaction: TransactionReceived, now: datetime, span: Span) -> None:
        appointment = transaction.appointment
        async with self._locks.hold(appointment.key):
            connectors = await self._connectors.find_for_source_app(
                appointment.source_app, appointment.source_type
            )
            if connectors:
                await self._request_deliveries(transaction, connectors, now, span)
                return
            request = _request_for(transaction, NO_CONNECTOR, now, span)
            outcome = _not_provided_outcome(transaction)
            await self._statuses.publish(status_changed_of(request, None, outcome, self._replica))

    async def _request_deliveries(
        self,
        transaction: TransactionReceived,
        connectors: Sequence[Connector],
        now: datetime,
        span: Span,
        trigger: Trigger = Trigger.SERVICE,
    ) -> None:
        """Request one delivery from each connector, and publish each as pending."""
        requests = [
            (connector, _request_for(transaction, connector.connector_id, now, span, trigger))
            for connector in connectors
        ]
        await self._record_newest(requests)
        await asyncio.gather(
            *(
                publication
                for connector, request in requests
                for publication in self._request_delivery(connector, request)
            )
        )

    async def _record_newest(self, requests: Iterable[tuple[Connector, DeliveryRequested]]) -> None:
        """Record the version in the ledger, so that its lane skips older ones that wait.

        Only connectors that get the version count. A kill before the version is published repeats
        its routing.
        """
        await asyncio.gather(
            *(
                self._ledger.record_newest(request)
                for connector, request in requests
                if connector.newest_only and request.transaction.action in connector.actions
            )
        )

    def _request_delivery(
        self, connector: Connector, request: DeliveryRequested
    ) -> tuple[asyncio.Future[None] | asyncio.Task[None], ...]:
        routed_to(connector.connector_id).inc()
        key = request.transaction.appointment.key
        lane = topology.lane(connector.connector_id, partition_of(key, connector.partitions))
        publication = self._publish_to_lane(lane, request)
        pending = StatusChanged.about(
            request,
            phase=Phase.PENDING,
            status=None,
            at=request.requested_at,
            connector_name=connector.name,
            connector_version=connector.version,
        )
        return self._statuses.publish(pending), asyncio.ensure_future(publication)

    async def _publish_to_lane(self, lane: topology.Queue, request: DeliveryRequested) -> None:
        await self._publisher.publish_until_confirmed(
            lane.exchange,
            request.model_dump_json().encode(),
            message_id=request.message_id,
            kind="DeliveryRequested",
            routing_key=lane.routing_key,
        )


def _attributes(transaction: TransactionReceived) -> dict[str, str]:
    return {"mboc.transaction_id": transaction.transaction_id}


def _request_for(
    transaction: TransactionReceived,
    connector_id: str,
    now: datetime,
    span: Span,
    trigger: Trigger = Trigger.SERVICE,
) -> DeliveryRequested:
    return DeliveryRequested(
        delivery_id=delivery_id_of(transaction.transaction_id, connector_id),
        attempt=1,
        trigger=trigger,
        connector_id=connector_id,
        requested_at=now,
        transaction=transaction,
        traceparent=span.traceparent,
    )


def _rerouted_outcome(connectors: Sequence[Connector]) -> Outcome:
    attempts_of(NO_CONNECTOR, Status.SKIPPED, "").inc()
    names = ", ".join(f"'{connector.name}'" for connector in connectors)
    return Outcome(
        status=Status.SKIPPED,
        message=f"The transaction was routed again, to {names}, as a delivery of its own.",
    )


def _not_provided_outcome(transaction: TransactionReceived) -> Outcome:
    attempts_of(NO_CONNECTOR, Status.MBOC_NOT_PROVIDED, "").inc()
    appointment = transaction.appointment
    if not appointment.source_app:
        reason = (
            "The appointment is not linked to a task and job with a Source App: link it to a task "
            "in Dime.Scheduler."
        )
    else:
        kind = f" and Source Type '{appointment.source_type}'" if appointment.source_type else ""
        reason = (
            f"No connector has the Source App '{appointment.source_app}'{kind}: add one, or "
            "correct the Source App of an existing connector."
        )
    return Outcome(status=Status.MBOC_NOT_PROVIDED, message=reason)
