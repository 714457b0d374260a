from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from pydantic import ValidationError

from common import topology
from common.contracts.dead_letter import DeadLetter
from common.contracts.transaction import TRANSACTIONS
from common.parking import is_hopeless, park

BODY = b'[{"password": "hunter2"}]'


class FakePublisher:
    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []

    async def publish_until_confirmed(
        self, exchange: topology.Exchange, body: bytes, *, message_id: str, kind: str
    ) -> None:
        assert (exchange, kind) == (topology.DEAD_LETTERS, "DeadLetter")
        assert message_id
        self.letters.append(DeadLetter.model_validate_json(body))


def a_message(returned: int = 0) -> Any:
    return SimpleNamespace(
        body=BODY,
        exchange="transactions",
        message_id="m1",
        type="TransactionReceived",
        headers={"x-delivery-count": returned},
    )


def an_error() -> ValidationError:
    try:
        TRANSACTIONS.validate_json(BODY)
    except ValidationError as error:
        return error
    raise AssertionError


def test_what_cannot_be_parsed_is_hopeless_at_once_and_a_bug_after_three_tries() -> None:
    assert is_hopeless(a_message(), an_error())
    assert [is_hopeless(a_message(returned), KeyError("x")) for returned in (0, 1, 2)] == [
        False,
        False,
        True,
    ]


async def test_a_parked_message_keeps_its_body_and_names_the_reason_without_quoting_it() -> None:
    publisher: Any = FakePublisher()

    await park(publisher, a_message(), "dispatcher.transactions", an_error())

    letter = publisher.letters[0]
    assert letter.body == BODY.decode()
    assert "cannot be understood" in letter.reason
    assert "hunter2" not in letter.reason


async def test_a_bugs_stack_trace_is_kept_without_the_text_of_the_error() -> None:
    publisher: Any = FakePublisher()
    try:
        json.loads("{}")["hunter2"]
    except KeyError as error:
        await park(publisher, a_message(2), "dispatcher.deliveries.c1", error)

    assert "test_parking" in publisher.letters[0].trace
    assert "hunter2" not in publisher.letters[0].trace.splitlines()[-1]
