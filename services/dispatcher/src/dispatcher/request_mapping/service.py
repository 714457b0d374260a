"""Maps the requests that portal-api shows. Any replica may map one."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from pymongo.errors import PyMongoError

from common import topology
from common.contracts.mapped_request import RequestMapped
from common.database import is_unavailable
from common.errors import BrokerUnavailableError
from common.release import RELEASE
from dispatcher.errors import DeliveryError
from dispatcher.request_mapping.map_request import map_request
from dispatcher.unreadable import UnreadableConnector, parse_connector

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.broker import Publisher
    from common.contracts.connector import Connector
    from common.contracts.mapped_request import MappedCall, MappedRequestRequested
    from dispatcher.back_offices.http_client import SharedResources

log = structlog.get_logger()
REQUEST_LIFETIME = timedelta(minutes=2)
NO_VERSION = (
    "Version {} of the connector is not stored any more, so the request cannot be mapped again."
)
NO_DATABASE = "The dispatcher cannot read the connector, because MongoDB is unavailable: try again."
UNFORESEEN = (
    "[DSUNK001] The mapping ended with an internal error ({}): see the log of the dispatcher."
)


class RequestMappingService:
    """MappedRequestRequested -> RequestMapped. Requests that are too old are ignored.

    Every request is answered, so that none becomes a dead letter, which would show its snapshot.
    """

    def __init__(
        self,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        shared: SharedResources,
        publisher: Publisher,
    ) -> None:
        self._versions = database["connector_versions"]
        self._shared = shared
        self._publisher = publisher

    async def run(self, request: MappedRequestRequested) -> None:
        """Map the transaction and publish its calls, or the reason why there are none."""
        if datetime.now(UTC) - request.requested_at > REQUEST_LIFETIME:
            return
        result = await self._map(request)
        is_mapped = not isinstance(result, str)
        event = RequestMapped(
            view_id=request.view_id,
            calls=result if is_mapped else (),
            problem=None if is_mapped else result,
            mapped_by=RELEASE,
        )
        with contextlib.suppress(BrokerUnavailableError):
            await self._publisher.publish(
                topology.MAPPED_REQUESTS,
                event.model_dump_json().encode(),
                message_id=request.view_id,
                kind="RequestMapped",
            )

    async def _map(self, request: MappedRequestRequested) -> tuple[MappedCall, ...] | str:
        """Return the calls, or the sentence why there are none. Never raises."""
        try:
            connector = await self._version(request)
            if isinstance(connector, str):
                return connector
            return await map_request(connector, request, self._shared)
        except DeliveryError as error:
            return str(error)
        except Exception as error:
            if isinstance(error, PyMongoError) and is_unavailable(error):
                return NO_DATABASE
            log.exception("a request could not be mapped", delivery_id=request.delivery_id)
            return UNFORESEEN.format(type(error).__name__)

    async def _version(self, request: MappedRequestRequested) -> Connector | str:
        """Return the version of the connector, or why it cannot be used."""
        version_id = f"{request.connector_id}.{request.connector_version}"
        document = await self._versions.find_one({"_id": version_id})
        if document is None:
            return NO_VERSION.format(request.connector_version)
        connector = parse_connector(document)
        if connector is None:
            return NO_VERSION.format(request.connector_version)
        return connector.reason if isinstance(connector, UnreadableConnector) else connector
