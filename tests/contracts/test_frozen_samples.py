"""Messages of the first version stay readable, and today's models still emit all their fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from common.contracts.connector import (
    ConnectorChanged,
    ConnectorTested,
    ConnectorTestRequested,
    LaneChanged,
)
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import DeliveryRequested, Status, StatusChanged
from common.contracts.forget_order import ForgetOrderRequested
from common.contracts.mapped_request import MappedRequestRequested, RequestMapped
from common.contracts.message import Message
from common.contracts.operation import (
    DeliveriesArchived,
    OperationProgressed,
    OperationRequested,
    OperationSteered,
)
from common.contracts.telemetry import Heartbeat, LogRecorded
from common.contracts.transaction import TransactionReceived

HERE = Path(__file__).parent
MESSAGES: list[type[Message]] = [
    TransactionReceived,
    DeliveryRequested,
    StatusChanged,
    ConnectorChanged,
    ConnectorTestRequested,
    ConnectorTested,
    LaneChanged,
    MappedRequestRequested,
    RequestMapped,
    ForgetOrderRequested,
    DeadLetter,
    Heartbeat,
    LogRecorded,
    OperationRequested,
    OperationSteered,
    OperationProgressed,
    DeliveriesArchived,
]


def holds(written: Any, frozen: Any) -> bool:
    """Whether the written message has every frozen field. Inner messages and additional fields are
    included.
    """
    if isinstance(frozen, dict):
        return isinstance(written, dict) and all(
            name in written and holds(written[name], value) for name, value in frozen.items()
        )
    return bool(written == frozen)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.__name__)
def test_a_frozen_sample_is_read_and_written_as_it_was(message: type[Message]) -> None:
    frozen = (HERE / f"{message.__name__}.v1.json").read_text()

    written = json.loads(message.model_validate_json(frozen).model_dump_json())

    assert holds(written, json.loads(frozen))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.__name__)
def test_a_field_of_a_newer_sender_does_no_harm(message: type[Message]) -> None:
    frozen = json.loads((HERE / f"{message.__name__}.v1.json").read_text())

    message.model_validate(frozen | {"added_later": 1})


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.__name__)
def test_the_docstring_names_senders_and_receivers(message: type[Message]) -> None:
    assert " -> " in (message.__doc__ or "").splitlines()[0]


def test_the_eight_statuses_are_the_seeds_to_the_letter() -> None:
    assert [status.value for status in Status] == [
        "Success",
        "MBOC Publish Disabled",
        "MBOC Not Provided",
        "Invalid MBOC Back Office System",
        "Invalid MBOC Back Office Type",
        "Invalid MBOC URI",
        "Skipped",
        "Failed",
    ]
