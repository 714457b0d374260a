"""The size limit of messages."""

from __future__ import annotations

import re

from aio_pika.exceptions import ChannelPreconditionFailed

from common import topology
from common.errors import MessageTooLargeError

_MOST = re.compile(r"larger than (?:configured )?max(?:imum)? size (\d+)")


class MessageSize:
    """Refuses messages that are too large for RabbitMQ, because RabbitMQ would close the channel
    and fail all messages in flight on it.
    """

    def __init__(self) -> None:
        self._most = topology.MAX_MESSAGE_BYTES

    def check(self, body: bytes) -> None:
        """Raise MessageTooLargeError when RabbitMQ would not accept the body."""
        if len(body) > self._most:
            raise MessageTooLargeError(len(body), self._most)

    def learn(self, error: BaseException | None) -> None:
        """Read RabbitMQ's limit (``max_message_size``) from a refusal. Every message in flight on
        the channel receives the refusal.
        """
        if isinstance(error, ChannelPreconditionFailed) and (found := _MOST.search(str(error))):
            self._most = min(self._most, int(found[1]))
