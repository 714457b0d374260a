"""The expected failures of the servers and of messages.

├── BrokerUnavailableError    RabbitMQ did not confirm a message: publish it again
│   └── NotRoutedError        no queue is bound for the message
├── QueueMismatchError        a queue exists with other arguments
└── PoisonError               another try cannot succeed
    ├── MessageTooLargeError  RabbitMQ does not accept a message of this size
    └── UnwritableError       MongoDB never accepts the change
"""

from __future__ import annotations


class BrokerUnavailableError(Exception):
    """RabbitMQ did not confirm a message, and may or may not have it. Publish it again under the
    same id.
    """


class NotRoutedError(BrokerUnavailableError):
    """RabbitMQ returned a message, because no queue is bound for it."""


class QueueMismatchError(Exception):
    """A queue exists with other arguments. ``str()`` names the queue and the difference."""


class PoisonError(Exception):
    """Another try cannot succeed. ``str()`` is the reason, without any data."""


class MessageTooLargeError(PoisonError):
    """RabbitMQ does not accept a message of this size."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"a message of {size:,} bytes is larger than RabbitMQ's {most:,}")


class UnwritableError(PoisonError):
    """MongoDB never accepts the change. ``str()`` names its error."""
