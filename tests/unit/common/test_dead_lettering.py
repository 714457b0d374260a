from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from common import topology
from common.contracts.dead_letter import MAX_BODY_BYTES, DeadLetter
from common.contracts.transaction import TRANSACTIONS
from common.dead_lettering import dead_letter, handle_or_dead_letter
from common.errors import BrokerUnavailableError, MessageTooLargeError
from tests.support.builders import a_delivery, an_event

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


class Handler:
    """Raises these errors in turn, then returns."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "handled"


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The requested pauses, which are skipped."""
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr("common.dead_lettering.asyncio.sleep", sleep)
    return asked


@pytest.mark.parametrize("error", [an_error(), MessageTooLargeError(17, 16)])
async def test_a_message_that_another_try_cannot_help_is_dead_lettered_at_once(
    error: Exception,
) -> None:
    publisher: Any = FakePublisher()
    handler = Handler(error)

    await handle_or_dead_letter(publisher, a_message(), "q", handler)

    assert (handler.calls, len(publisher.letters)) == (1, 1)


async def test_a_handler_that_raises_is_tried_three_times_with_growing_pauses(
    pauses: list[float],
) -> None:
    publisher: Any = FakePublisher()
    handler = Handler(*(KeyError("x") for _ in range(9)))

    await handle_or_dead_letter(publisher, a_message(), "q", handler)

    assert (handler.calls, len(publisher.letters), pauses) == (3, 1, [0.5, 1.0])


async def test_neither_a_redelivery_nor_an_absent_broker_counts_as_a_try() -> None:
    publisher: Any = FakePublisher()
    away = [BrokerUnavailableError("away") for _ in range(5)]

    handled = await handle_or_dead_letter(
        publisher, a_message(returned=19), "q", Handler(*away, KeyError("x"), KeyError("x"))
    )

    assert (handled, publisher.letters) == ("handled", [])


async def test_a_dead_letter_never_becomes_another_one(pauses: list[float]) -> None:
    publisher: Any = FakePublisher()
    handler = Handler(*(KeyError("x") for _ in range(99)))

    await handle_or_dead_letter(publisher, a_message(), topology.DEAD_LETTER_QUEUE.name, handler)

    assert (handler.calls, publisher.letters) == (100, [])
    assert pauses == sorted(pauses)
    assert max(pauses) == 30


async def test_a_letter_is_bounded_and_says_how_large_the_message_was() -> None:
    publisher: Any = FakePublisher()
    message = a_message()
    message.body = b"\x00" * (MAX_BODY_BYTES + 1)

    await dead_letter(publisher, message, "q", KeyError("x"))

    letter = publisher.letters[0]
    assert (len(letter.body), letter.body_bytes) == (MAX_BODY_BYTES, MAX_BODY_BYTES + 1)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([an_event(attempt=2).model_dump(mode="json") | {"phase": "new"}], [("t1.c1", 2)]),
        ([{"delivery_id": "a.b", "attempt": "x"}, {"delivery_id": "y" * 121}, 7], [("a.b", 1)]),
        (a_delivery(attempt=3).model_dump(mode="json"), [("t1.c1", 3)]),
        ([{"transaction_id": "t7"}], [("t7.-", 1)]),
        ("text", []),
    ],
)
async def test_a_letter_names_the_deliveries_of_a_message_that_cannot_be_read(
    body: Any, named: list[tuple[str, int]]
) -> None:
    publisher: Any = FakePublisher()
    message = a_message()
    message.body = json.dumps(body).encode()

    await dead_letter(publisher, message, "q", an_error())

    letter = publisher.letters[0]
    assert [(one.delivery_id, one.attempt) for one in letter.deliveries] == named


async def test_a_parked_message_keeps_its_body_and_names_the_reason_without_quoting_it() -> None:
    publisher: Any = FakePublisher()

    await dead_letter(publisher, a_message(), "dispatcher.transactions", an_error())

    letter = publisher.letters[0]
    assert letter.body == BODY.decode()
    assert "cannot be understood" in letter.reason
    assert "hunter2" not in letter.reason


async def test_a_bugs_stack_trace_is_kept_without_the_text_of_the_error() -> None:
    publisher: Any = FakePublisher()
    try:
        json.loads("{}")["hunter2"]
    except KeyError as error:
        await dead_letter(publisher, a_message(2), "dispatcher.deliveries.c1", error)

    assert "test_dead_lettering" in publisher.letters[0].trace
    assert "hunter2" not in publisher.letters[0].trace.splitlines()[-1]
