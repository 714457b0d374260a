"""A connection to RabbitMQ in memory."""

from __future__ import annotations

from common import topology


class FakePublisher:
    """Confirms every message at once, unless it is not connected."""

    def __init__(self, *, is_connected: bool = True) -> None:
        self.is_connected = is_connected
        self.published: list[bytes] = []

    async def publish(
        self, exchange: topology.Exchange, body: bytes, *, message_id: str, kind: str
    ) -> None:
        assert exchange is topology.TRANSACTIONS
        assert message_id
        assert kind == "TransactionReceived"
        self.published.append(body)
