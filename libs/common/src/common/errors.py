"""The errors that common raises and every service knows.

HopelessError  another try cannot succeed
├── MessageTooLargeError  RabbitMQ does not take a message of that size
└── UnwritableError       MongoDB never takes the change
BrokerAwayError is in common.broker.
"""

from __future__ import annotations


class HopelessError(Exception):
    """Another try cannot succeed; ``str()`` says why, without any data."""


class MessageTooLargeError(HopelessError):
    """RabbitMQ does not take a message of that size."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"a message of {size:,} bytes is larger than RabbitMQ's {most:,}")


class UnwritableError(HopelessError):
    """MongoDB never takes the change; ``str()`` names its error."""
