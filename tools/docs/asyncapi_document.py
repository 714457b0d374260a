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
from tools.docs.messages import LANE, TRAVELS, Take, Travel, reaches, takes

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "api" / "asyncapi.json"
SAMPLES = ROOT / "tests" / "contracts"
BINDING = {"bindingVersion": "0.3.0"}
ABOUT = (
    "Every message inside the Back Office Connector: its exchanges, its queues and what they "
    "carry. Messages are JSON; `type` names what is inside, and a message id that is the same "
    "whenever the same fact is told makes a repetition recognisable. docs/messages.md explains it "
    "to people. It is a description, not an invitation: only the services themselves "
    "should publish here."
)
PARAMETERS = {
    "connectorId": "The connector; `-` where none matched, for what is to be routed again.",
    "replica": "The replica's own name.",
    "service": "The service that speaks.",
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
        | {_key(t): _queue(t) for t in takes()},
        "operations": {name: operation for travel in TRAVELS for name, operation in _sends(travel)}
        | {f"{t.service}.{_key(t)}.receive": _receives(t) for t in takes()},
        "components": {
            "messages": {t.message.__name__: _message(t) for t in TRAVELS},
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
    travels = [travel for travel in TRAVELS if travel.exchange == exchange]
    return _channel(exchange.name, f"The exchange `{exchange.name}`.", binding, travels)


def _queue(take: Take) -> dict[str, Any]:
    binding = {
        "is": "queue",
        "queue": {
            "name": take.queue,
            "durable": True,
            "exclusive": False,
            "autoDelete": False,
        },
    }
    about = f"A queue of {take.service}, bound to the exchange `{take.exchange.name}`" + (
        f" by `{take.routing_key}`." if take.routing_key else "."
    )
    channel = _channel(
        take.queue, about, binding, [travel for travel in TRAVELS if reaches(travel, take)]
    )
    own = {"x-expires": OWN_QUEUE_EXPIRES_MS}
    arguments = next((queue.arguments for queue in (*QUEUES, LANE) if _is(take, queue.name)), own)
    return channel | {"x-arguments": arguments}


def _channel(
    address: str, about: str, binding: dict[str, Any], travels: list[Travel]
) -> dict[str, Any]:
    found: dict[str, Any] = {"address": address, "description": about}
    if names := re.findall(r"{(\w+)}", address):
        found["parameters"] = {name: {"description": PARAMETERS[name]} for name in names}
    found["messages"] = {
        t.message.__name__: {"$ref": f"#/components/messages/{t.message.__name__}"} for t in travels
    }
    return found | {"bindings": {"amqp": binding | BINDING}}


def _sends(travel: Travel) -> list[tuple[str, dict[str, Any]]]:
    name = travel.message.__name__
    telemetry = travel.exchange.name == "telemetry"
    binding: dict[str, Any] = (
        {"deliveryMode": 1, "expiration": 30_000} if name == "Heartbeat" else {"deliveryMode": 2}
    )
    if travel.routing_key:
        binding["cc"] = [travel.routing_key]
    return [
        (
            f"{sender}.{name}.send",
            {
                "action": "send",
                "channel": {"$ref": f"#/channels/exchange.{travel.exchange.name}"},
                "summary": _summary(travel),
                "tags": [{"name": sender}],
                "messages": [
                    {"$ref": f"#/channels/exchange.{travel.exchange.name}/messages/{name}"}
                ],
                "bindings": {"amqp": binding | BINDING},
            }
            | ({} if telemetry else {"x-mandatory": True}),
        )
        for sender in travel.senders
    ]


def _receives(take: Take) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{_key(take)}"},
        "tags": [{"name": take.service}],
        "messages": [
            {"$ref": f"#/channels/{_key(take)}/messages/{t.message.__name__}"}
            for t in TRAVELS
            if reaches(t, take)
        ],
        "bindings": {"amqp": {"ack": True} | BINDING},
    }


def _message(travel: Travel) -> dict[str, Any]:
    name = travel.message.__name__
    one = {"$ref": f"#/components/schemas/{name}"}
    sample = json.loads((SAMPLES / f"{name}.v1.json").read_text())
    return {
        "name": name,
        "title": name,
        "summary": _summary(travel),
        "contentType": "application/json",
        "payload": {"type": "array", "items": one} if travel.many else one,
        "examples": [{"name": "frozen", "payload": [sample] if travel.many else sample}],
        "bindings": {"amqp": {"messageType": name} | BINDING},
    }


def _schemas() -> dict[str, Any]:
    models = [(travel.message, "validation") for travel in TRAVELS]
    _, schemas = models_json_schema(
        models,  # type: ignore[arg-type]  # the mode is a literal
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = unwrapped(schemas["$defs"])
    return dict(sorted(found.items()))


def _summary(travel: Travel) -> str:
    paragraph = (travel.message.__doc__ or "").partition("\n\n")[0]
    return " ".join(paragraph.split()).partition(": ")[2]


def _key(take: Take) -> str:
    return f"queue.{re.sub(r'[{}]', '', take.queue)}"


def _is(take: Take, name: str) -> bool:
    return take.queue == name or (
        name == LANE.name and take.queue.startswith(name.removesuffix("connector"))
    )


if __name__ == "__main__":
    FILE.write_text(text())
