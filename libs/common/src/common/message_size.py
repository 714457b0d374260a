"""How large a message RabbitMQ takes."""

from __future__ import annotations

import re

from aio_pika.exceptions import ChannelPreconditionFailed

from common import topology
from common.errors import MessageTooLargeError

_MOST = re.compile(r"larger than (?:configured )?max(?:imum)? size (\d+)")


class MessageSize:
    """Refuses larger messages here: RabbitMQ would close the channel under their neighbours."""

    def __init__(self) -> None:
        self._most = topology.MOST_MESSAGE_BYTES

    def check(self, body: bytes) -> None:
        """Raise MessageTooLargeError when RabbitMQ would not take the body."""
        if len(body) > self._most:
            raise MessageTooLargeError(len(body), self._most)

    def learn(self, error: BaseException | None) -> None:
        """Read this RabbitMQ's limit (``max_message_size``) from a refusal, which every message in
        flight on the channel gets.
        """
        if isinstance(error, ChannelPreconditionFailed) and (found := _MOST.search(str(error))):
            self._most = min(self._most, int(found[1]))
