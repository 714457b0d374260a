"""Posts one snapshot to one webhook."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dispatcher.back_offices.access import open_access, open_secrets
from dispatcher.back_offices.calls import Call
from dispatcher.back_offices.probe import Probed
from dispatcher.back_offices.webhook.signature import key_of, sign

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.access import Access, Tools

ACTION_HEADER = "X-Dime-Action"
NO_HEAD = (404, 405, 501)


def build(connector: Connector, tools: Tools) -> Webhook:
    """Return the webhook of this connector; raises a DeliveryError when its
    credentials are incomplete.
    """
    secret = open_secrets(connector, tools.keys).get("signing_secret")
    return Webhook(open_access(connector, "webhook", tools), key_of(secret) if secret else None)


class Webhook:
    """One connector's webhook."""

    def __init__(self, access: Access, key: bytes | None) -> None:
        self._access = access
        self._uri = access.connector.uri or ""
        self._key = key

    async def send(self, request: DeliveryRequested) -> int:
        """POST the snapshot untouched; ``webhook-id`` is the delivery's id, the same however
        often it is sent.
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
        answer = await self._access.call(Call("POST", self._uri, headers, body))
        if not answer.is_good:
            raise self._access.faults.status(answer)
        return answer.status

    async def probe(self) -> Probed:
        """Ask with HEAD; many receivers answer POST only, which proves the address all the same."""
        answer = await self._access.call(Call("HEAD", self._uri))
        if answer.is_good:
            return Probed(passed=True, sentence=f"The webhook answered HEAD with {answer.status}.")
        if answer.status in NO_HEAD:
            return Probed(
                passed=True,
                sentence=(
                    "Something answers there; it does not know HEAD (status code "
                    f"{answer.status}), so only a delivery shows more."
                ),
            )
        raise self._access.faults.status(answer)

    async def close(self) -> None:
        """Let go of kept connections."""
        await self._access.close()
