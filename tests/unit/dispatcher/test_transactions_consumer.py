from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from common.contracts.transaction import TransactionReceived
from dispatcher.transactions_consumer import TransactionsConsumer
from tests.support.builders import a_transaction
from tests.unit.common.test_dead_lettering import FakePublisher


class FakeOutbox(FakePublisher):
    """An outbox in which no other dispatcher has stored deliveries."""

    async def keep_order(self) -> None:
        """Do nothing, because no deliveries are stored."""


async def test_a_transaction_that_cannot_be_read_takes_no_neighbour_with_it() -> None:
    routed: list[str] = []
    publisher: Any = FakeOutbox()
    nothing: Any = None

    async def route(transactions: Sequence[TransactionReceived]) -> None:
        routed.extend(one.transaction_id for one in transactions)

    routing: Any = SimpleNamespace(route=route)
    consumer = TransactionsConsumer(nothing, routing, publisher)
    sent = [a_transaction(f"t{n}").model_dump(mode="json") for n in range(3)]
    sent[1]["action"] = "move"
    message = SimpleNamespace(
        body=json.dumps(sent).encode(), message_id="m", type="TransactionReceived", exchange="x"
    )
    in_hand: Any = SimpleNamespace(message=message, forbid_drop=lambda: None)

    await consumer._handle(in_hand)

    assert routed == ["t0", "t2"]
    (letter,) = publisher.letters
    assert letter.queue == "dispatcher.transactions"
    assert [one.delivery_id for one in letter.deliveries] == ["t1.-"]
