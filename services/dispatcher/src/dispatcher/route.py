"""Finds the connectors of each transaction and asks for one delivery to each of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from common import topology
from common.contracts.delivery import DeliveryRequested, Phase, Status, StatusChanged, Trigger
from common.contracts.message import NO_CONNECTOR, delivery_id_of
from common.traces.messaging import taking
from common.traces.spans import together
from dispatcher.ages import Ages
from dispatcher.metrics import TRANSACTIONS, UNROUTED_AGE, attempts_of, routed_to
from dispatcher.outcome import Outcome, event_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.broker import Publisher
    from common.contracts.connector import Connector
    from common.contracts.transaction import TransactionReceived
    from common.traces.spans import Span
    from dispatcher.connectors import Directory
    from dispatcher.statuses import Statuses


class Route:
    """TransactionReceived -> one DeliveryRequested per matching connector, or the status
    *MBOC Not Provided*.
    """

    def __init__(
        self, directory: Directory, publisher: Publisher, statuses: Statuses, replica: str
    ) -> None:
        self._directory = directory
        self._publisher = publisher
        self._statuses = statuses
        self._replica = replica
        self._ages = Ages()
        UNROUTED_AGE.set_function(self._ages.oldest_s)

    async def __call__(self, transactions: Sequence[TransactionReceived]) -> None:
        """Return when the broker has confirmed every message that follows from
        these transactions.
        """
        now = datetime.now(UTC)
        steps = [
            taking("route", topology.TRANSACTIONS, one.traceparent, partial(_facts, one))
            for one in transactions
        ]
        with (
            together(steps),
            self._ages.since(
                min((transaction.received_at for transaction in transactions), default=now)
            ),
        ):
            await asyncio.gather(
                *(
                    work
                    for transaction, step in zip(transactions, steps, strict=True)
                    for work in self._works(transaction, now, step)
                )
            )
        TRANSACTIONS.inc(len(transactions))

    async def again(self, request: DeliveryRequested) -> None:
        """Route a transaction that no connector matched, because an administrator asked for it;
        returns like the call above.

        Where a connector matches by now, the delivery without one has nothing left to do: it is
        Skipped, and says who has it.
        """
        transaction, now = request.transaction, datetime.now(UTC)
        connectors = self._directory.matching(
            transaction.appointment.source_app, transaction.appointment.source_type
        )
        with taking(
            "route", topology.DELIVERIES, request.traceparent, partial(_facts, transaction)
        ) as step:
            await asyncio.gather(
                *(
                    work
                    for connector in connectors
                    for work in self._ask(transaction, connector, now, step, request.trigger)
                )
            )
            outcome = _routed(connectors) if connectors else _not_provided(transaction)
            await self._statuses.publish(event_of(request, None, outcome, self._replica, step))

    def _works(
        self, transaction: TransactionReceived, now: datetime, step: Span
    ) -> list[asyncio.Future[None] | asyncio.Task[None]]:
        appointment = transaction.appointment
        connectors = self._directory.matching(appointment.source_app, appointment.source_type)
        if not connectors:
            return [
                self._statuses.publish(
                    event_of(
                        _request(transaction, NO_CONNECTOR, now, step),
                        None,
                        _not_provided(transaction),
                        self._replica,
                    )
                )
            ]
        return [
            work
            for connector in connectors
            for work in self._ask(transaction, connector, now, step)
        ]

    def _ask(
        self,
        transaction: TransactionReceived,
        connector: Connector,
        now: datetime,
        step: Span,
        trigger: Trigger = Trigger.SERVICE,
    ) -> tuple[asyncio.Future[None] | asyncio.Task[None], ...]:
        routed_to(connector.connector_id).inc()
        request = _request(transaction, connector.connector_id, now, step, trigger)
        asking = self._publisher.publish_surely(
            topology.DELIVERIES,
            request.model_dump_json().encode(),
            message_id=request.message_id,
            kind="DeliveryRequested",
            routing_key=connector.connector_id,
        )
        pending = StatusChanged.about(
            request,
            phase=Phase.PENDING,
            status=None,
            at=now,
            connector_name=connector.name,
            connector_version=connector.version,
        )
        return self._statuses.publish(pending), asyncio.ensure_future(asking)


def _facts(transaction: TransactionReceived) -> dict[str, str]:
    return {"mboc.transaction_id": transaction.transaction_id}


def _request(
    transaction: TransactionReceived,
    connector_id: str,
    now: datetime,
    step: Span,
    trigger: Trigger = Trigger.SERVICE,
) -> DeliveryRequested:
    return DeliveryRequested(
        delivery_id=delivery_id_of(transaction.transaction_id, connector_id),
        attempt=1,
        trigger=trigger,
        connector_id=connector_id,
        requested_at=now,
        transaction=transaction,
        traceparent=step.traceparent,
    )


def _routed(connectors: Sequence[Connector]) -> Outcome:
    attempts_of(NO_CONNECTOR, Status.SKIPPED, "").inc()
    names = ", ".join(f"'{connector.name}'" for connector in connectors)
    return Outcome(
        status=Status.SKIPPED,
        message=f"It was routed again: it is on its way to {names} now, as a delivery of its own.",
    )


def _not_provided(transaction: TransactionReceived) -> Outcome:
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
            f"No connector has the Source App '{appointment.source_app}'{kind}: add one, or mend "
            "the Source App of an existing connector."
        )
    return Outcome(status=Status.MBOC_NOT_PROVIDED, message=reason)
