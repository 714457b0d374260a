"""Publishes operations and commands for retry."""

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
from portal_api.operations.selection import as_extended_json, unchanged_since

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
    """Plans and publishes operations. Returns after the confirm of RabbitMQ, and raises
    UnconfirmedError without it.
    """

    def __init__(
        self, publisher: Publisher, operations: Operations, queries: DeliveryQueries
    ) -> None:
        self._publisher = publisher
        self._operations = operations
        self._queries = queries

    async def conditions(self, selection: Selection, at: datetime) -> dict[str, Any]:
        """Return the query of the selected deliveries. A filter selects the deliveries without a
        change since this time.

        Raises InvalidFieldError for an unknown id, and TooManyError for a filter that no list would
        answer.
        """
        if (filter_ := selection.effective_filter()) is not None:
            await self._queries.refuse_full_scan(
                "deliveries",
                filter_.indexed_query(),
                [f"filter.{name}" for name in filter_.unindexed_names()],
            )
            held = await self._queries.held_connectors()
            return unchanged_since(filter_.mongodb_query(held), at)
        ids = selection.ids() or []
        if unknown := await self._operations.missing(ids):
            more = f" (and {len(unknown) - 1} more that are not there)" if len(unknown) > 1 else ""
            raise InvalidFieldError("delivery_ids", f"There is no delivery {unknown[0]}{more}")
        return {"_id": {"$in": ids}}

    async def submit(self, new: NewOperation, asked_by: str) -> str:
        """Publish the operation and return its id. Raises ConflictError when the plan is stale."""
        now = await self._operations.now()
        if new.as_of is not None and not now - PLAN_VALID <= new.as_of <= now:
            raise ConflictError("The plan is not from the last hour: request a new plan")
        conditions = await self.conditions(new, new.as_of or now)
        count = await self._operations.count(conditions)
        if _is_stale(new, count):
            raise ConflictError(
                f"The operation would now process {count} deliveries, not {new.expected_count}: "
                "request a new plan"
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
        """Publish an administrator's command. Raises NotFoundError, and ConflictError when the
        state does not allow the command.
        """
        state = OperationState((await self._operations.get(operation_id))["state"])
        if state not in STEERABLE[steer]:
            raise ConflictError(
                f"The operation is {state}, and {steer} is not possible now: "
                "read the operation again"
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
                "RabbitMQ did not confirm the request: check the list of operations before you try "
                "again"
            ) from error


def _is_stale(new: NewOperation, count: int) -> bool:
    """Whether the number of deliveries contradicts the plan.

    As of the plan's time the number may fall, because some deliveries have changed since. It may
    not rise or reach zero.
    """
    if new.expected_count is None or new.expected_count == count:
        return False
    return new.as_of is None or not 0 < count < new.expected_count
