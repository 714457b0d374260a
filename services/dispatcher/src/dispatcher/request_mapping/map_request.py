"""Maps one transaction for one version of a connector, by the code that sends it.

No secret is opened, so a connector whose secrets are missing can be mapped as well.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from common.address import with_query
from common.contracts.connector import Authentication
from common.contracts.delivery import DeliveryRequested, Trigger
from common.contracts.mapped_request import MASK
from common.contracts.message import NO_CONNECTOR
from dispatcher.back_offices.parsing import run_by_size
from dispatcher.back_offices.table import KINDS, build
from dispatcher.request_mapping.shown_calls import shown_calls, uses_secret
from dispatcher.validate import validate_connector

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.contracts.connector import Connector
    from common.contracts.mapped_request import MappedCall, MappedRequestRequested
    from dispatcher.back_offices.calls import PreparedDelivery
    from dispatcher.back_offices.http_client import SharedResources


async def map_request(
    connector: Connector, request: MappedRequestRequested, shared: SharedResources
) -> tuple[MappedCall, ...] | str:
    """Return the calls of the attempt, or the sentence why they cannot be mapped.

    Raises a DeliveryError with the name of a setting or a field that cannot be used. A long
    snapshot is mapped in a thread.
    """
    fault = validate_connector(connector, KINDS)
    if fault is not None:
        return fault.message or ""
    client = build(_without_secrets(connector), shared)
    try:
        delivery = _delivery_of(request)
        work = functools.partial(_map, connector, functools.partial(client.prepare, delivery))
        return await run_by_size(len(request.transaction.body), work)
    finally:
        await client.close()


def _map(connector: Connector, prepare: Callable[[], PreparedDelivery]) -> tuple[MappedCall, ...]:
    return shown_calls(connector, prepare())


def _delivery_of(request: MappedRequestRequested) -> DeliveryRequested:
    """Return the delivery with the action that its attempt sent."""
    transaction = request.transaction.model_copy(update={"action": request.action})
    return DeliveryRequested(
        delivery_id=request.delivery_id,
        attempt=1,
        trigger=Trigger.WEBSITE,
        connector_id=request.connector_id,
        requested_at=request.requested_at,
        transaction=transaction,
    )


def _without_secrets(connector: Connector) -> Connector:
    """Return the settings that decide about method, address and body, with the masked query.

    It has no connector's id, so the metrics of the real connector do not change.
    """
    uri = connector.uri or ""
    return connector.model_copy(
        update={
            "uri": with_query(uri, MASK) if uses_secret(connector, "uri_query") else uri,
            "connector_id": NO_CONNECTOR,
            "authentication": Authentication(),
            "secrets": {},
            "ca_certificate": None,
        }
    )
