"""Posts one snapshot to one webhook."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dispatcher.back_offices.calls import Confirmation, HttpCall, PreparedDelivery
from dispatcher.back_offices.connector_settings import open_secrets
from dispatcher.back_offices.http_client import open_http_client
from dispatcher.back_offices.receipts import location_of, receipt_of
from dispatcher.back_offices.webhook.probe import probe
from dispatcher.back_offices.webhook.signature import key_of, sign

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.http_client import BackOfficeHttpClient, SharedResources
    from dispatcher.back_offices.probe import ProbeResult

ACTION_HEADER = "X-Dime-Action"


def build(connector: Connector, shared: SharedResources) -> WebhookClient:
    """Return the client of this connector's webhook.

    Raises MisconfiguredError when its settings cannot be used.
    """
    secret = open_secrets(connector, shared.keys, "webhook").get("signing_secret")
    http = open_http_client(connector, "webhook", shared)
    return WebhookClient(http, key_of(secret) if secret else None)


class WebhookClient:
    """The client of one connector's webhook."""

    finder = None

    def __init__(self, http: BackOfficeHttpClient, key: bytes | None) -> None:
        self._http = http
        self._uri = http.uri
        self._key = key

    def prepare(self, request: DeliveryRequested) -> PreparedDelivery:
        """Sign the unchanged snapshot.

        ``webhook-id`` is the id of the delivery, and is the same in every try.
        """
        body = request.transaction.body.encode()
        headers = {
            "Content-Type": "application/json",
            ACTION_HEADER: request.transaction.action,
            "webhook-id": request.delivery_id,
        }
        if self._key is not None:
            timestamp = int(time.time())
            headers |= {
                "webhook-timestamp": str(timestamp),
                "webhook-signature": sign(self._key, request.delivery_id, timestamp, body),
            }
        return PreparedDelivery(HttpCall("POST", self._uri, headers, body))

    async def send(self, prepared: PreparedDelivery) -> Confirmation:
        """POST the snapshot. A success is any 2xx."""
        faults, response = self._http.faults, await self._http.call(prepared.call)
        if not response.is_success:
            raise faults.status_error(response)
        headers = response.headers
        location = location_of(self._uri, headers.get("Location"))
        receipt = receipt_of(faults, location=location, etag=headers.get("ETag"))
        return Confirmation(response.status, response.exchange, receipt)

    async def probe(self) -> ProbeResult:
        """Test the address with HEAD, and with GET where HEAD finds a page."""
        return await probe(self._http)

    def record_reader(self) -> None:
        """Return None, because a receiver of webhooks shows no records."""

    async def close(self) -> None:
        """Close idle connections of the HTTP client."""
        await self._http.close()
