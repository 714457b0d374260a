"""Posts one snapshot to one webhook."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from common.sealing import SealError
from dispatcher.back_offices.calls import Codes, post
from dispatcher.back_offices.webhook.signature import key_of, sign
from dispatcher.errors import RefusedError

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from common.sealing import KeyRing

CODES = Codes(timeout="DSWBHK010", http="DSWBHK020", unauthorised="DSWBHK020", address="DSWBHK002")
ACTION_HEADER = "X-Dime-Action"


def build(connector: Connector, session: ClientSession, keys: KeyRing) -> Webhook:
    """Return the webhook of this connector; raises RefusedError when its signing secret cannot be opened."""
    if connector.signing_secret is None:
        return Webhook(connector, session, None)
    try:
        return Webhook(connector, session, key_of(keys.open(connector.signing_secret, connector.connector_id)))
    except SealError as error:
        raise RefusedError("DSCFG006", f"The signing secret of connector '{connector.name}' cannot be opened: enter it again.") from error


class Webhook:
    """One connector's webhook."""

    def __init__(self, connector: Connector, session: ClientSession, key: bytes | None) -> None:
        self._connector, self._session, self._key = connector, session, key

    async def send(self, request: DeliveryRequested) -> int:
        """POST the snapshot untouched; ``webhook-id`` is the delivery's id, the same however often it is sent."""
        body = request.transaction.body.encode()
        headers = {"Content-Type": "application/json", ACTION_HEADER: request.transaction.action, "webhook-id": request.delivery_id}
        if self._key is not None:
            timestamp = int(time.time())
            headers |= {"webhook-timestamp": str(timestamp), "webhook-signature": sign(self._key, request.delivery_id, timestamp, body)}
        return await post(self._session, self._connector, headers, body, CODES)
