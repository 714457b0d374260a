"""The recorder with many statuses, with a slow MongoDB, and with refused changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from common import topology
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import STATUSES, Status, StatusChanged
from common.contracts.transaction import TRANSACTIONS
from common.errors import UnwritableError
from portal_api.recording.consumers import MessageHandler
from portal_api.recording.record import Recorder
from portal_api.store import bulk, delivery_projections, writer
from portal_api.store.writer import Writer
from tests.support.builders import a_transaction, an_event
from tests.support.database import Database
from tests.support.slow_database import SlowDatabase
from tests.support.tcp_proxy import a_tcp_proxy
from tests.unit.common.test_dead_lettering import FakePublisher

STATUSES_QUEUE = topology.PORTAL_API_STATUSES.name
DEAD_LETTER_QUEUE = topology.DEAD_LETTER_QUEUE.name


@pytest.fixture
def letters() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def recorder(database: Database, letters: Any) -> MessageHandler:
    return MessageHandler(Recorder(Writer(database)), letters)


def a_message(body: bytes, kind: str = "StatusChanged", **facts: Any) -> Any:
    given = {"body": body, "type": kind, "headers": {}, "redelivered": False, "exchange": "x"}
    return SimpleNamespace(**(given | {"message_id": str(hash(body))} | facts))


def a_list(*events: StatusChanged) -> list[dict[str, Any]]:
    return [event.model_dump(mode="json") for event in events]


async def test_many_statuses_are_recorded_once_each_while_mongodb_is_slow(
    database: Database, letters: Any, mongodb_url: str
) -> None:
    lists, each = 4, 250
    async with a_tcp_proxy(mongodb_url) as cable:
        slow: Any = SlowDatabase(database, cable, timeout_ms=250)
        cable.bytes_per_s = 4_000_000
        recorder = MessageHandler(Recorder(Writer(slow)), letters)
        events = [
            [an_event(number=n * each + m, key=f"demo/{n * each + m}") for m in range(each)]
            for n in range(lists)
        ]

        await asyncio.gather(
            *(
                recorder.handle(STATUSES_QUEUE, a_message(STATUSES.dump_json(some)))
                for some in events
            )
        )

    assert slow.timeouts > 0
    assert slow.repeated == 0
    assert slow.most <= writer.WRITE_BATCH
    for collection in ("deliveries", "attempts", "appointments"):
        assert await database[collection].count_documents({}) == lists * each
    assert await database["deliveries"].count_documents({"status": "Success"}) == lists * each


async def test_an_unreadable_status_fails_alone_in_its_list(
    database: Database, recorder: MessageHandler, letters: Any
) -> None:
    await recorder.handle(STATUSES_QUEUE, a_message(STATUSES.dump_json([an_event(2, None)])))
    sent = a_list(an_event(2), *(an_event(number=n) for n in range(2, 30)))
    sent[0]["status"] = "A status of a later version"

    await recorder.handle(STATUSES_QUEUE, a_message(json.dumps(sent).encode()))
    (letter,) = letters.letters
    await recorder.handle(
        DEAD_LETTER_QUEUE, a_message(letter.model_dump_json().encode(), "DeadLetter")
    )

    assert [one["delivery_id"] for one in json.loads(letter.body)] == ["t1.c1"]
    assert await database["deliveries"].count_documents({"status": "Success"}) == 28
    found = await database["deliveries"].find_one({"_id": "t1.c1"})
    assert found is not None
    assert (found["status"], found["phase"], found["troubled"]) == ("Failed", "done", True)
    assert (found["transaction_id"], found["appointment"]["job_no"]) == ("t1", "OP100001")
    assert "cannot be understood" in found["message"]
    assert await database["dead_letters"].count_documents({"_id": "t1.c1"}) == 1


async def test_an_unreadable_status_shows_a_delivery_that_was_unknown(
    database: Database, recorder: MessageHandler, letters: Any
) -> None:
    sent = [*a_list(an_event()), {"delivery_id": "t9.c3", "attempt": 4}]

    await recorder.handle(STATUSES_QUEUE, a_message(json.dumps(sent).encode()))
    await recorder.handle(
        DEAD_LETTER_QUEUE, a_message(letters.letters[0].model_dump_json().encode(), "DeadLetter")
    )

    found = await database["deliveries"].find_one({"_id": "t9.c3"})
    assert found is not None
    assert (found["status"], found["attempt"], found["connector_id"]) == ("Failed", 4, "c3")
    assert found["archived"] is False


async def test_a_message_that_rabbitmq_dead_lettered_is_recorded_like_a_new_one(
    database: Database, recorder: MessageHandler
) -> None:
    headers = {"x-death": [{"queue": STATUSES_QUEUE, "reason": "delivery_limit"}]}
    body = STATUSES.dump_json([an_event()])

    await recorder.handle(DEAD_LETTER_QUEUE, a_message(body, headers=headers))

    assert await database["deliveries"].distinct("status") == ["Success"]
    assert await database["dead_letters"].count_documents({}) == 0


async def test_a_message_that_ended_the_process_is_shown_and_not_recorded_again(
    database: Database, recorder: MessageHandler
) -> None:
    headers = {"x-death": [{"queue": STATUSES_QUEUE, "reason": "delivery_limit"}]}
    body = STATUSES.dump_json([an_event()])

    await recorder.handle(DEAD_LETTER_QUEUE, a_message(body, headers=headers, redelivered=True))

    assert await database["deliveries"].distinct("status") == ["Failed"]
    assert await database["dead_letters"].distinct("_id") == ["t1.c1"]


def a_letter(body: str, **facts: Any) -> DeadLetter:
    given = {"dead_letter_id": "d1", "queue": "q", "type": None, "reason": "bug", "trace": "File"}
    return DeadLetter.model_validate(given | {"body": body, "at": an_event().at} | facts)


async def test_a_dead_letter_that_cannot_be_stored_is_shown_without_its_body(
    database: Database,
) -> None:
    await Recorder(Writer(database)).dead_letter(a_letter("no text: \ud800"))

    kept = await database["dead_letters"].find_one({"_id": "dead-d1"})
    shown = await database["deliveries"].find_one({"_id": "dead-d1"})
    assert kept is not None
    assert shown is not None
    assert kept["body"] == "It could not be stored: UnwritableError"
    assert (shown["status"], shown["message"]) == ("Failed", "bug")


async def test_a_dead_letter_of_many_transactions_is_stored_in_a_bounded_size(
    database: Database, recorder: MessageHandler
) -> None:
    body = TRANSACTIONS.dump_json([a_transaction(f"t{n}", body="x" * 30_000) for n in range(60)])
    letter = a_letter(body.decode(), queue="dispatcher.transactions")

    await recorder.handle(
        DEAD_LETTER_QUEUE, a_message(letter.model_dump_json().encode(), "DeadLetter")
    )

    found = [one async for one in database["dead_letters"].find({})]
    assert len(found) == 60
    assert sum(len(one["body"]) for one in found) <= 1024 * 1024
    assert {one["body_bytes"] for one in found} == {len(body)}


async def test_a_change_that_mongodb_refuses_fails_alone(database: Database) -> None:
    await database["deliveries"].insert_one({"_id": "bad", "a": "text"})
    bad = ("deliveries", UpdateOne({"_id": "bad"}, {"$set": {"a.b": 1}}))
    unsendable = ("deliveries", UpdateOne({"_id": "x"}, {"$set": {"a": 2**80}}))
    one = Writer(database)

    results = await asyncio.gather(
        *(one.write(delivery_projections.of_status(an_event(number=n))) for n in range(20)),
        one.write([bad]),
        one.write([unsendable]),
        *(one.write(delivery_projections.of_status(an_event(number=n))) for n in range(20, 40)),
        return_exceptions=True,
    )

    assert [isinstance(result, UnwritableError) for result in results].count(True) == 2
    assert isinstance(results[20], UnwritableError)
    assert isinstance(results[21], UnwritableError)
    assert await database["deliveries"].count_documents({"status": "Success"}) == 40


async def test_a_command_that_mongodb_refuses_as_a_whole_fails_its_cause_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Writer(database)
    plain = bulk.BulkWriter._write

    async def picky(self: Any, collection: str, operations: list[UpdateOne]) -> dict[int, int]:
        if any(operation._filter["_id"] == "t7.c1" for operation in operations):
            raise OverflowError
        return await plain(self, collection, operations)

    monkeypatch.setattr(bulk.BulkWriter, "_write", picky)

    results = await asyncio.gather(
        *(one.write(delivery_projections.of_status(an_event(number=n))) for n in range(16)),
        return_exceptions=True,
    )

    assert [n for n, result in enumerate(results) if result is not None] == [7]
    assert await database["deliveries"].count_documents({}) == 15


class RefusingDatabase:
    """A database that refuses one document with a code, this many times."""

    def __init__(self, database: Database, refused: str, codes: Sequence[int]) -> None:
        self._database = database
        self._refused = refused
        self.codes = list(codes)
        self.written: list[str] = []

    def __getitem__(self, name: str) -> SimpleNamespace:
        async def bulk_write(operations: list[UpdateOne], **options: Any) -> Any:
            names = [one._filter["_id"] for one in operations]
            allowed = [
                one
                for one, found in zip(operations, names, strict=True)
                if not self.codes or found != self._refused
            ]
            self.written += [one._filter["_id"] for one in allowed]
            if allowed:
                await self._database[name].bulk_write(allowed, **options)
            if self.codes and self._refused in names:
                error = {"index": names.index(self._refused), "code": self.codes.pop()}
                raise BulkWriteError({"writeErrors": [error], "writeConcernErrors": []})

        return SimpleNamespace(bulk_write=bulk_write)


async def test_a_change_that_mongodb_refuses_for_a_while_waits_alone_and_is_applied(
    database: Database,
) -> None:
    refusing: Any = RefusingDatabase(database, "t1.c1", [14031, 371, 8000, 13, 50, 987_654])
    one = Writer(refusing)

    waiting = asyncio.create_task(one.write(delivery_projections.of_status(an_event())))
    await asyncio.sleep(0)
    await one.write(delivery_projections.of_status(an_event(number=2)))

    assert not waiting.done()
    await waiting
    assert await database["deliveries"].count_documents({"status": "Success"}) == 2
    assert refusing.written.count("t1.c1") == 1
    assert refusing.written.count("t1.c1.1") == 1


async def test_a_change_that_is_refused_for_long_while_others_are_taken_is_given_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "REFUSAL_TIMEOUT_S", 0.2)
    refusing: Any = RefusingDatabase(database, "t1.c1", [987_654] * 100)
    one = Writer(refusing)

    async def others() -> None:
        for number in range(2, 100):
            await one.write(delivery_projections.of_status(an_event(number=number)))
            await asyncio.sleep(0.02)

    going_on = asyncio.create_task(others())
    with pytest.raises(UnwritableError, match="987654"):
        await asyncio.wait_for(one.write(delivery_projections.of_status(an_event())), 10)
    going_on.cancel()


async def test_a_repeated_status_of_a_failed_attempt_changes_nothing(
    database: Database, recorder: MessageHandler
) -> None:
    body = STATUSES.dump_json([an_event(status=Status.FAILED)])
    for _ in range(3):
        await recorder.handle(STATUSES_QUEUE, a_message(body))

    assert await database["attempts"].count_documents({}) == 1
