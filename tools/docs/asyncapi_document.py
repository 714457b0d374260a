"""Writes docs/api/asyncapi.json from the topology and the contracts for `make docs`.

The document describes every message.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from common.release import RELEASE
from common.topology import EXCHANGES, OWN_QUEUE_EXPIRES_MS, QUEUES, Exchange
from portal_api.api import unwrapped
from tools.docs.messages import (
    LANE,
    MESSAGES,
    ConsumedQueue,
    PublishedMessage,
    consumed_queues,
    is_routed_to,
)

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "api" / "asyncapi.json"
SAMPLES = ROOT / "tests" / "contracts"
BINDING = {"bindingVersion": "0.3.0"}
ABOUT = (
    "Every message inside the Back Office Connector, with the exchanges and queues that carry it. "
    "Messages are JSON, and `type` names the kind of message. A repeated message has the same "
    "message id, so that a receiver recognises it. docs/messages.md explains the messages to "
    "people. Only the services themselves may publish here."
)
PARAMETERS = {
    "connectorId": "The connector, or `-` for a transaction without one that is routed again.",
    "replica": "The name of the replica.",
    "service": "The service that sends.",
}


def document() -> dict[str, Any]:
    """Return the document, in AsyncAPI 3.0."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Back Office Connector: messages",
            "version": RELEASE,
            "description": ABOUT,
        },
        "defaultContentType": "application/json",
        "servers": {
            "rabbitmq": {
                "host": "rabbitmq:5672",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "The setting `RABBITMQ_URL`.",
            }
        },
        "channels": {f"exchange.{e.name}": _exchange(e) for e in EXCHANGES}
        | {_key(t): _queue(t) for t in consumed_queues()},
        "operations": {
            name: operation for published in MESSAGES for name, operation in _sends(published)
        }
        | {f"{t.service}.{_key(t)}.receive": _receives(t) for t in consumed_queues()},
        "components": {
            "messages": {t.message.__name__: _message(t) for t in MESSAGES},
            "schemas": _schemas(),
        },
    }


def text() -> str:
    """Return the text of the file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _exchange(exchange: Exchange) -> dict[str, Any]:
    binding = {
        "is": "routingKey",
        "exchange": {
            "name": exchange.name,
            "type": exchange.type,
            "durable": True,
            "autoDelete": False,
        },
    }
    all_published = [published for published in MESSAGES if published.exchange == exchange]
    return _channel(exchange.name, f"The exchange `{exchange.name}`.", binding, all_published)


def _queue(consumed: ConsumedQueue) -> dict[str, Any]:
    binding = {
        "is": "queue",
        "queue": {
            "name": consumed.queue,
            "durable": True,
            "exclusive": False,
            "autoDelete": False,
        },
    }
    about = f"A queue of {consumed.service}, bound to the exchange `{consumed.exchange.name}`" + (
        f" by `{consumed.routing_key}`." if consumed.routing_key else "."
    )
    channel = _channel(
        consumed.queue,
        about,
        binding,
        [published for published in MESSAGES if is_routed_to(published, consumed)],
    )
    own = {"x-expires": OWN_QUEUE_EXPIRES_MS}
    arguments = next(
        (queue.arguments for queue in (*QUEUES, LANE) if _is(consumed, queue.name)), own
    )
    return channel | {"x-arguments": arguments}


def _channel(
    address: str, about: str, binding: dict[str, Any], all_published: list[PublishedMessage]
) -> dict[str, Any]:
    found: dict[str, Any] = {"address": address, "description": about}
    if names := re.findall(r"{(\w+)}", address):
        found["parameters"] = {name: {"description": PARAMETERS[name]} for name in names}
    found["messages"] = {
        t.message.__name__: {"$ref": f"#/components/messages/{t.message.__name__}"}
        for t in all_published
    }
    return found | {"bindings": {"amqp": binding | BINDING}}


def _sends(published: PublishedMessage) -> list[tuple[str, dict[str, Any]]]:
    name = published.message.__name__
    telemetry = published.exchange.name == "telemetry"
    binding: dict[str, Any] = (
        {"deliveryMode": 1, "expiration": 30_000} if name == "Heartbeat" else {"deliveryMode": 2}
    )
    if published.routing_key:
        binding["cc"] = [published.routing_key]
    return [
        (
            f"{sender}.{name}.send",
            {
                "action": "send",
                "channel": {"$ref": f"#/channels/exchange.{published.exchange.name}"},
                "summary": _summary(published),
                "tags": [{"name": sender}],
                "messages": [
                    {"$ref": f"#/channels/exchange.{published.exchange.name}/messages/{name}"}
                ],
                "bindings": {"amqp": binding | BINDING},
            }
            | ({} if telemetry else {"x-mandatory": True}),
        )
        for sender in published.senders
    ]


def _receives(consumed: ConsumedQueue) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{_key(consumed)}"},
        "tags": [{"name": consumed.service}],
        "messages": [
            {"$ref": f"#/channels/{_key(consumed)}/messages/{t.message.__name__}"}
            for t in MESSAGES
            if is_routed_to(t, consumed)
        ],
        "bindings": {"amqp": {"ack": True} | BINDING},
    }


def _message(published: PublishedMessage) -> dict[str, Any]:
    name = published.message.__name__
    one = {"$ref": f"#/components/schemas/{name}"}
    sample = json.loads((SAMPLES / f"{name}.v1.json").read_text())
    return {
        "name": name,
        "title": name,
        "summary": _summary(published),
        "contentType": "application/json",
        "payload": {"type": "array", "items": one} if published.many else one,
        "examples": [{"name": "frozen", "payload": [sample] if published.many else sample}],
        "bindings": {"amqp": {"messageType": name} | BINDING},
    }


def _schemas() -> dict[str, Any]:
    models = [(published.message, "validation") for published in MESSAGES]
    _, schemas = models_json_schema(
        models,  # type: ignore[arg-type]  # the mode is a literal
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = unwrapped(schemas["$defs"])
    return dict(sorted(found.items()))


def _summary(published: PublishedMessage) -> str:
    paragraph = (published.message.__doc__ or "").partition("\n\n")[0]
    return " ".join(paragraph.split()).partition(": ")[2]


def _key(consumed: ConsumedQueue) -> str:
    return f"queue.{re.sub(r'[{}]', '', consumed.queue)}"


def _is(consumed: ConsumedQueue, name: str) -> bool:
    return consumed.queue == name or (
        name == LANE.name and consumed.queue.startswith(name.removesuffix("connector"))
    )


if __name__ == "__main__":
    FILE.write_text(text())
