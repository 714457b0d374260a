from __future__ import annotations

import json
from pathlib import Path

import pytest

from common.broker import BrokerAwayError
from common.contracts.transaction import TRANSACTIONS
from ingest.accept import Accept
from ingest.replay import replay
from tests.support.builders import a_snapshot
from tests.unit.ingest.test_accept import FakePublisher


def a_file(folder: Path, count: int) -> Path:
    file = folder / "changes.jsonl"
    file.write_text(
        "".join(
            json.dumps({"source": "demo", "action": "update", "body": a_snapshot(i + 1)}) + "\n"
            for i in range(count)
        )
    )
    return file


async def test_every_line_is_accepted_in_order(tmp_path: Path) -> None:
    publisher = FakePublisher()

    await replay(a_file(tmp_path, 600), Accept(publisher, 1), lambda _: None)

    ids = [
        t.appointment.appointment_id
        for body in publisher.published
        for t in TRANSACTIONS.validate_json(body)
    ]
    assert ids == list(range(1, 601))


async def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    file, publisher = a_file(tmp_path, 300), FakePublisher()
    await replay(file, Accept(publisher, 1), lambda _: None)
    with file.open("a") as more:
        more.write(
            json.dumps({"source": "demo", "action": "delete", "body": a_snapshot(999)}) + "\n"
        )
    publisher.published.clear()

    await replay(file, Accept(publisher, 1), lambda _: None)

    assert [
        t.appointment.appointment_id
        for body in publisher.published
        for t in TRANSACTIONS.validate_json(body)
    ] == [999]


async def test_an_absent_broker_stops_it_without_losing_its_place(tmp_path: Path) -> None:
    file = a_file(tmp_path, 10)

    with pytest.raises(BrokerAwayError):
        await replay(file, Accept(FakePublisher(is_connected=False), 1), lambda _: None)

    assert not file.with_name("changes.jsonl.progress").exists()


async def test_a_bad_line_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    file, publisher = a_file(tmp_path, 1), FakePublisher()
    with file.open("a") as more:
        more.write(
            '{"source": "demo"}\nnot json\n'
            + json.dumps({"source": "demo", "action": "update", "body": {"Id": 1}})
            + "\n"
            + json.dumps(
                {
                    "source": "demo",
                    "action": "update",
                    "body": a_snapshot(modified="9999-12-31T23:59:59-05:00"),
                }
            )
            + "\n"
        )

    refusals = await replay(file, Accept(publisher, 1), lambda _: None)

    assert [(r.line, r.reason.partition(":")[0]) for r in refusals] == [
        (2, "action"),
        (3, "line"),
        (4, "LastModifiedDate"),
        (5, "LastModifiedDate"),
    ]
    assert len(publisher.published) == 1
