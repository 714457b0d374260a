"""The expected failures of the servers and of messages.

├── BrokerAwayError        RabbitMQ did not confirm it: try again
│   └── NotRoutedError     no queue is bound for it
├── QueueMismatchError     a queue has other arguments
└── HopelessError          another try cannot succeed
    ├── MessageTooLargeError  RabbitMQ does not take a message of that size
    └── UnwritableError       MongoDB never takes the change
"""

from __future__ import annotations


class BrokerUnavailableError(Exception):
    """RabbitMQ did not confirm a message: it may or may not have it; publish it again
    under the same id.
    """


class NotRoutedError(BrokerUnavailableError):
    """RabbitMQ returned a message, because no queue is bound for it."""


class QueueMismatchError(Exception):
    """A queue exists with other arguments than ours; ``str()`` names it and the difference."""


class PoisonError(Exception):
    """Another try cannot succeed; ``str()`` says why, without any data."""


class MessageTooLargeError(PoisonError):
    """RabbitMQ does not take a message of that size."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"a message of {size:,} bytes is larger than RabbitMQ's {most:,}")


class UnwritableError(PoisonError):
    """MongoDB never takes the change; ``str()`` names its error."""
