"""Hands operations over to retry, and steers those under way."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from common import topology
from common.contracts.operation import (
    OperationCommand,
    OperationRequested,
    OperationState,
    OperationSteered,
)
from common.errors import BrokerUnavailableError
from portal_api.errors import ConflictError, InvalidFieldError, UnconfirmedError
from portal_api.store.operations import as_extended_json, as_of

if TYPE_CHECKING:
    from common.broker import Publisher
    from portal_api.operations.selection import NewOperation, Selection
    from portal_api.store.deliveries import DeliveryQueries
    from portal_api.store.operations import Operations

PUBLISH_TIMEOUT_S = 10.0
PLAN_VALID = timedelta(hours=1)
STEERABLE = {
    OperationCommand.PAUSE: (OperationState.PLANNED, OperationState.RUNNING),
    OperationCommand.RESUME: (OperationState.PAUSED, OperationState.STOPPED),
    OperationCommand.CANCEL: (
        OperationState.PLANNED,
        OperationState.RUNNING,
        OperationState.PAUSED,
        OperationState.STOPPED,
    ),
}


class OperationService:
    """Returns when RabbitMQ has confirmed; raises UnconfirmedError."""

    def __init__(
        self, publisher: Publisher, operations: Operations, queries: DeliveryQueries
    ) -> None:
        self._publisher = publisher
        self._operations = operations
        self._queries = queries

    async def conditions(self, selection: Selection, at: datetime) -> dict[str, Any]:
        """Return which stored deliveries are meant: of a filter those that have not changed since
        this at.

        Raises InvalidFieldError when one that is named is not there, TooManyError for a filter that
        no list would answer.
        """
        if (filter_ := selection.effective_filter()) is not None:
            await self._queries.refuse_full_scan(
                "deliveries",
                filter_.indexed(),
                [f"filter.{name}" for name in filter_.unindexed()],
            )
            return as_of(await self._queries.conditions(filter_.wanted(), filter_.phase), at)
        ids = selection.ids() or []
        if unknown := await self._operations.missing(ids):
            more = f" (and {len(unknown) - 1} more that are not there)" if len(unknown) > 1 else ""
            raise InvalidFieldError("delivery_ids", f"There is no delivery {unknown[0]}{more}")
        return {"_id": {"$in": ids}}

    async def submit(self, new: NewOperation, asked_by: str) -> str:
        """Have it carried out; returns its id.

        Raises ConflictError when the plan is stale.
        """
        now = await self._operations.now()
        if new.as_of is not None and not now - PLAN_VALID <= new.as_of <= now:
            raise ConflictError("The plan is not of the last hour: make it again")
        conditions = await self.conditions(new, new.as_of or now)
        count = await self._operations.count(conditions)
        if _is_stale(new, count):
            raise ConflictError(
                f"By now it would be about {count} deliveries, not {new.expected_count}: look at "
                "the plan again"
            )
        request = OperationRequested(
            operation_id=uuid.uuid4().hex,
            kind=new.kind,
            asked_by=asked_by,
            asked_at=datetime.now(UTC),
            per_second=new.per_second,
            ramp=new.ramp,
            stop_at_failure_share=new.stop_at_failure_share,
            planned=count if new.expected_count is None else new.expected_count,
            delivery_ids=new.ids(),
            conditions=None if new.filter is None else as_extended_json(conditions),
        )
        await self._publish(request, request.operation_id, topology.OPERATION_REQUESTED)
        await self._operations.begin(request)
        return request.operation_id

    async def steer(self, operation_id: str, steer: OperationCommand, asked_by: str) -> None:
        """Pass an administrator's word on; raises NotFoundError, and ConflictError when it makes
        no sense any more.
        """
        state = OperationState((await self._operations.get(operation_id))["state"])
        if state not in STEERABLE[steer]:
            raise ConflictError(
                f"The operation is {state}: it is too late, or too early, to {steer} it"
            )
        steered = OperationSteered(
            operation_id=operation_id, steer=steer, asked_by=asked_by, asked_at=datetime.now(UTC)
        )
        await self._publish(
            steered,
            f"{operation_id}.{steer}.{steered.asked_at.isoformat()}",
            topology.OPERATION_STEERED,
        )
        await self._operations.save_steering(steered)

    async def _publish(
        self, message: OperationRequested | OperationSteered, message_id: str, routing_key: str
    ) -> None:
        body = message.model_dump_json().encode()
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await self._publisher.publish(
                    topology.OPERATIONS,
                    body,
                    message_id=message_id,
                    kind=type(message).__name__,
                    routing_key=routing_key,
                )
        except (BrokerUnavailableError, TimeoutError) as error:
            raise UnconfirmedError(
                "RabbitMQ did not confirm: look at the operations before asking again"
            ) from error


def _is_stale(new: NewOperation, count: int) -> bool:
    """Whether the number of deliveries is not that of the plan; as of the plan's at there may
    be fewer, because some have changed since, but not none and not more.
    """
    if new.expected_count is None or new.expected_count == count:
        return False
    return new.as_of is None or not 0 < count < new.expected_count
