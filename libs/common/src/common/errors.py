"""The expected failures of the servers and of messages.

├── BrokerUnavailableError    RabbitMQ did not confirm a message: publish it again
│   └── NotRoutedError        no queue is bound for the message
├── TopologyError             an exchange or a queue is not as expected
│   ├── QueueMismatchError    a queue exists with other arguments
│   └── MissingTopologyError  it does not exist, and the service may not declare it
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


class TopologyError(Exception):
    """An exchange or a queue is not as expected. ``str()`` names it."""


class QueueMismatchError(TopologyError):
    """A queue exists with other arguments. ``str()`` names the queue and the difference."""


class MissingTopologyError(TopologyError):
    """An exchange or a queue does not exist, and the service may not declare it."""

    def __init__(self, missing: str, service: str) -> None:
        super().__init__(
            f"RabbitMQ has no {missing}, and the user of {service} may not add it. Import the "
            "definitions as RabbitMQ's administrator: `docker compose exec rabbitmq rabbitmqctl "
            "import_definitions /run/secrets/rabbitmq-definitions.json`, or on Kubernetes apply "
            "the resources of rabbitmq/topology.yaml (docs/permissions.md)"
        )


class PoisonError(Exception):
    """Another try cannot succeed. ``str()`` is the reason, without any data."""


class MessageTooLargeError(PoisonError):
    """RabbitMQ does not accept a message of this size."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"a message of {size:,} bytes is larger than RabbitMQ's {most:,}")


class UnwritableError(PoisonError):
    """MongoDB never accepts the change. ``str()`` names its error."""
