"""Questions to a dispatcher over the broker, and the replies that this replica waits for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from common.broker import Publisher
    from common.contracts.message import Message
    from common.topology import Exchange

Reply = TypeVar("Reply")


class DispatcherReplies(Generic[Reply]):
    """The replies to questions of one kind, by the id of the question."""

    def __init__(self, publisher: Publisher, exchange: Exchange) -> None:
        self._publisher = publisher
        self._exchange = exchange
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    async def ask(self, question_id: str, question: Message, timeout_s: float) -> Reply:
        """Publish a question, and return its reply.

        Raises TimeoutError and BrokerUnavailableError.
        """
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[question_id] = future
        try:
            async with asyncio.timeout(timeout_s):
                await self._publisher.publish(
                    self._exchange,
                    question.model_dump_json().encode(),
                    message_id=question_id,
                    kind=type(question).__name__,
                )
                return await future
        finally:
            del self._waiting[question_id]

    def resolve(self, question_id: str, reply: Reply) -> None:
        """Pass a reply to the waiting question. Replies to other replicas are ignored."""
        future = self._waiting.get(question_id)
        if future is not None and not future.done():
            future.set_result(reply)
