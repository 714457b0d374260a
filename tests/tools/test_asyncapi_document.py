"""The AsyncAPI document is that of the code. It is valid and complete, and its queues are those
that the services subscribe to.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from faststream.rabbit import RabbitBroker
from jsonschema import Draft7Validator, Draft202012Validator

import common.contracts
import dispatcher.consumers
import portal_api.live.consumers
import portal_api.recording.consumers
import retry.consumers
from common import topology
from common.contracts.message import Message
from tools.docs.asyncapi_document import FILE, document, text
from tools.docs.messages import MESSAGES, REPLICA, consumed_queues

ROOT = Path(__file__).parents[2]
SCHEMA = (
    ROOT
    / "services"
    / "portal-web"
    / "node_modules"
    / "@asyncapi"
    / "specs"
    / "schemas"
    / "3.0.0-without-$id.json"
)
ORDERED = {topology.lane("{connectorId}").name, topology.DISPATCHER_TRANSACTIONS.name}
"""Queues that dispatcher consumes without FastStream."""
PAGE = ROOT / "docs" / "messages.md"


def contracts() -> set[type[Message]]:
    """Return every message class with senders and receivers."""
    for module in pkgutil.iter_modules(common.contracts.__path__, "common.contracts."):
        importlib.import_module(module.name)
    return {
        message
        for message in _below(Message)
        if " -> " in (message.__doc__ or "").partition("\n")[0]
        and message.__module__.startswith("common.")
    }


def _below(base: type[Message]) -> Iterator[type[Message]]:
    for message in base.__subclasses__():
        yield message
        yield from _below(message)


def references(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        yield from (value for key, value in found.items() if key == "$ref")
    for inner in (
        found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    ):
        yield from references(inner)


def resolved(reference: str) -> Any:
    found: Any = document()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_the_committed_description_is_that_of_the_code() -> None:
    assert FILE.read_text() == text(), "run `make docs`"


def test_it_is_valid_asyncapi() -> None:
    wrong = list(Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(document()))

    assert not wrong


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(document())):
        assert resolved(reference), reference


@pytest.mark.parametrize("name", [published.message.__name__ for published in MESSAGES])
def test_every_example_is_what_its_schema_says(name: str) -> None:
    message = resolved(f"#/components/messages/{name}")
    checked = Draft202012Validator(message["payload"] | {"components": document()["components"]})

    assert [checked.is_valid(example["payload"]) for example in message["examples"]] == [True]
    assert not checked.is_valid([{}] if isinstance(message["examples"][0]["payload"], list) else {})


def test_every_contract_travels() -> None:
    assert {published.message for published in MESSAGES} == contracts()


def test_every_queue_of_the_topology_is_there_and_every_message_has_a_receiver() -> None:
    channels = document()["channels"]

    assert {queue.name for queue in topology.QUEUES} <= {
        channel["address"] for key, channel in channels.items() if key.startswith("queue.")
    }
    taken = {
        name
        for key, channel in channels.items()
        if key.startswith("queue.")
        for name in channel["messages"]
    }
    assert {published.message.__name__ for published in MESSAGES} == taken


def test_the_queues_are_those_that_the_services_subscribe_to() -> None:
    nothing: Any = AsyncMock()
    broker = RabbitBroker()
    dispatcher.consumers.subscribe(broker, nothing, nothing, nothing, REPLICA)
    dispatcher.consumers.subscribe_views(broker, nothing, nothing)
    retry.consumers.subscribe(broker, nothing, nothing)
    portal_api.recording.consumers.subscribe(broker, nothing, nothing, REPLICA, nothing)
    portal_api.recording.consumers.subscribe_telemetry(broker, nothing)
    portal_api.live.consumers.subscribe_live(broker, nothing, nothing, nothing, REPLICA)
    subscribed: list[Any] = list(broker.subscribers)

    found = {
        (
            one.queue.name,
            one.exchange.name,
            one.queue.routing_key,
            "x-expires" not in one.queue.arguments,
        )
        for one in subscribed
    }

    assert found == {
        (consumed.queue, consumed.exchange.name, consumed.routing_key, consumed.is_permanent)
        for consumed in consumed_queues()
        if consumed.queue not in ORDERED
    }


def test_the_senders_and_takers_are_those_that_have_the_right_to() -> None:
    ours = [
        published
        for published in MESSAGES
        if published.exchange not in {topology.TELEMETRY, topology.DEAD_LETTERS}
    ]

    assert {(sender, t.exchange) for t in ours for sender in t.senders} == {
        (name, e) for name, part in topology.SERVICES.items() for e in part.publishes
    }
    permanent = {
        (consumed.service, consumed.queue)
        for consumed in consumed_queues()
        if consumed.is_permanent and "{connectorId}" not in consumed.queue
    }
    assert permanent == {
        (name, queue.name) for name, part in topology.SERVICES.items() for queue in part.consumes
    }
    assert {
        (consumed.service, consumed.exchange)
        for consumed in consumed_queues()
        if not consumed.is_permanent
    } == {(n, e) for n, part in topology.SERVICES.items() for e in part.subscribes}


def test_the_page_for_people_names_every_message_exchange_and_queue() -> None:
    page = PAGE.read_text()
    names = (
        {published.message.__name__ for published in MESSAGES}
        | {e.name for e in topology.EXCHANGES}
        | {consumed.queue for consumed in consumed_queues()}
    )

    assert not {name for name in names if f"`{name}`" not in page}
