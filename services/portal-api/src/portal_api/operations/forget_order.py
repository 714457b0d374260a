"""The request to forget the order of one appointment's versions."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common import topology
from common.contracts.forget_order import ForgetOrderRequested
from common.errors import BrokerUnavailableError
from portal_api.errors import UnconfirmedError

if TYPE_CHECKING:
    from common.broker import Publisher
    from portal_api.store.deliveries import DeliveryQueries

PUBLISH_TIMEOUT_S = 10.0


class ForgetOrderService:
    """Publishes the requests. Returns after the confirm of RabbitMQ, and raises UnconfirmedError
    without it.
    """

    def __init__(self, publisher: Publisher, queries: DeliveryQueries) -> None:
        self._publisher = publisher
        self._queries = queries

    async def __call__(self, appointment_key: str, requested_by: str) -> ForgetOrderRequested:
        """Publish the request for every connector with a delivery of this appointment.

        Raises NotFoundError.
        """
        connector_ids = await self._queries.connectors_of(appointment_key)
        request = ForgetOrderRequested(
            request_id=uuid.uuid4().hex,
            appointment_key=appointment_key,
            connector_ids=tuple(connector_ids),
            requested_by=requested_by,
            requested_at=datetime.now(UTC),
        )
        await self._publish(request)
        return request

    async def _publish(self, request: ForgetOrderRequested) -> None:
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await self._publisher.publish(
                    topology.APPOINTMENTS,
                    request.model_dump_json().encode(),
                    message_id=request.request_id,
                    kind="ForgetOrderRequested",
                )
        except (BrokerUnavailableError, TimeoutError) as error:
            raise UnconfirmedError("RabbitMQ did not confirm the request: try again") from error
