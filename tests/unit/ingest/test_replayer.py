from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from common import topology
from common.contracts.transaction import TRANSACTIONS
from common.errors import BrokerUnavailableError, MessageTooLargeError
from ingest.replay import file as replay_file
from ingest.replay import replayer
from ingest.replay.file import BATCH_BYTES
from ingest.replay.progress import ReplayProgress
from ingest.replay.replayer import ReplayCounts, Replayer
from ingest.transaction_publisher import TransactionPublisher
from tests.support.builders import a_snapshot, as_body
from tests.support.fake_publisher import FakePublisher

LIMIT = 4 * 1024 * 1024


class FakeObserver:
    """Records the events of a replay."""

    def __init__(self) -> None:
        self.started_at: ReplayProgress | None = None
        self.refusals: list[tuple[int, str]] = []
        self.waited_at: list[int] = []
        self.finished: list[ReplayProgress] = []

    def started(self, progress: ReplayProgress) -> None:
        self.started_at = progress

    def progressed(self, progress: ReplayProgress) -> None:
        self.finished.append(progress)

    def refused(self, line: int, reason: str) -> None:
        self.refusals.append((line, reason))

    def waiting(self, line: int) -> None:
        self.waited_at.append(line)


def a_line(body: Any, action: str = "update") -> bytes:
    return json.dumps({"source": "demo", "action": action, "body": body}).encode() + b"\n"


def a_file(folder: Path, *text: bytes) -> Path:
    file = folder / "changes.jsonl"
    file.write_bytes(b"".join(text))
    return file


def ordinary(count: int) -> list[bytes]:
    return [a_line(a_snapshot(i + 1)) for i in range(count)]


async def replayed(
    file: Path, publisher: FakePublisher, limit: int = LIMIT
) -> tuple[ReplayCounts, FakeObserver]:
    observer = FakeObserver()
    return await Replayer(TransactionPublisher(publisher, 1), limit, observer).run(file), observer


def ids(publisher: FakePublisher) -> list[int]:
    return [
        t.appointment.appointment_id
        for body in publisher.published
        for t in TRANSACTIONS.validate_json(body)
    ]


async def test_every_line_is_accepted_in_order(tmp_path: Path) -> None:
    publisher = FakePublisher()

    counts, _ = await replayed(a_file(tmp_path, *ordinary(600)), publisher)

    assert ids(publisher) == list(range(1, 601))
    assert counts == ReplayCounts(accepted=600)


async def test_a_second_run_resumes_after_the_last_line(tmp_path: Path) -> None:
    file, publisher = a_file(tmp_path, *ordinary(300)), FakePublisher()
    await replayed(file, publisher)
    with file.open("ab") as more:
        more.write(a_line(a_snapshot(999), "delete"))
    publisher.published.clear()

    _, observer = await replayed(file, publisher)

    assert ids(publisher) == [999]
    assert observer.started_at is not None
    assert observer.started_at.lines == 300


@pytest.mark.parametrize("progress", ["", "7", "x y", "-1 0", "999999999 5"])
async def test_an_invalid_progress_file_means_the_beginning(tmp_path: Path, progress: str) -> None:
    file, publisher = a_file(tmp_path, *ordinary(3)), FakePublisher()
    file.with_name("changes.jsonl.progress").write_text(progress)

    await replayed(file, publisher)

    assert ids(publisher) == [1, 2, 3]


async def test_a_replay_waits_while_rabbitmq_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replayer, "RETRY_INTERVAL_S", 0.01)
    file, publisher = a_file(tmp_path, *ordinary(300)), FakePublisher(is_connected=False)

    async with asyncio.timeout(5):
        running = asyncio.create_task(replayed(file, publisher))
        await asyncio.sleep(0.05)
        publisher.is_connected = True
        counts, observer = await running

    assert counts == ReplayCounts(accepted=300)
    assert set(observer.waited_at) == {1}


async def test_a_run_that_ends_while_rabbitmq_is_unavailable_keeps_its_progress(
    tmp_path: Path,
) -> None:
    file, publisher = a_file(tmp_path, *ordinary(10)), FakePublisher(is_connected=False)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await replayed(file, publisher)

    assert ReplayProgress.load(file) == ReplayProgress()


BAD_LINES: list[tuple[bytes, str]] = [
    (b'{"source": "demo"}\n', "action: is missing"),
    (b"not json\n", "line: must be"),
    (b"[1]\n", "line: must be"),
    (b"\x00\n", "line: must be"),
    (b"\xff\xfe{\n", "line: is not UTF-8"),
    (b'{"source": 7, "action": "update", "body": {}}\n', "source: must be a string"),
    (b'{"source": "a/b", "action": "update", "body": {}}\n', "source: must be"),
    (b'{"source": "demo", "action": "move", "body": {}}\n', "action: must be"),
    (b'{"source": "demo", "action": "update"}\n', "body: is missing"),
    (a_line([]), "body: "),
    (a_line("{"), "body: The body is not JSON"),
    (a_line("\ud800"), "body: holds half of a surrogate pair"),
    (a_line({"Id": 1}), "LastModifiedDate: "),
    (a_line(a_snapshot(modified="9999-12-31T23:59:59-05:00")), "LastModifiedDate: "),
    (a_line(a_snapshot() | {"Id": "x", "Subject": 7}), "Id: "),
    (a_line(a_snapshot(Body="x" * 20_000)), "body: is larger than 10000 bytes"),
    (a_line("x" * 50_000), "line: is longer than 30000 bytes"),
    (b'{"source": "demo", "action": "update", "body": ' + b"[" * 5_000 + b"\n", "line: must be"),
]


async def test_every_kind_of_bad_line_is_refused_and_the_others_are_accepted(
    tmp_path: Path,
) -> None:
    mixed = [part for bad, _ in BAD_LINES for part in (bad, a_line(a_snapshot(1)))]
    publisher = FakePublisher()

    counts, observer = await replayed(a_file(tmp_path, *mixed), publisher, limit=10_000)

    assert [line for line, _ in observer.refusals] == list(range(1, 2 * len(BAD_LINES), 2))
    for (_, reason), (_, expected) in zip(observer.refusals, BAD_LINES, strict=True):
        assert reason.startswith(expected)
    assert counts == ReplayCounts(accepted=len(BAD_LINES), refused=len(BAD_LINES))


async def test_every_wrong_field_of_a_line_is_named(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_line(a_snapshot() | {"Id": "x", "Subject": 7}))

    _, observer = await replayed(file, FakePublisher())

    assert "Id: " in observer.refusals[0][1]
    assert "Subject: " in observer.refusals[0][1]


async def test_a_byte_order_mark_blank_lines_and_a_missing_last_newline_are_accepted(
    tmp_path: Path,
) -> None:
    publisher = FakePublisher()
    file = a_file(
        tmp_path, b"\xef\xbb\xbf", a_line(a_snapshot(1)), b"\r\n \n", a_line(a_snapshot(2))[:-1]
    )

    counts, _ = await replayed(file, publisher)

    assert ids(publisher) == [1, 2]
    assert counts == ReplayCounts(accepted=2)


async def test_a_body_is_published_byte_for_byte(tmp_path: Path) -> None:
    body = '{"Id":1,"LastModifiedDate":"2026-07-21T14:03:09","Qty":12345678901234567890.10}'
    as_object = f'{{"source": "demo", "action": "update", "body": {body} }}\n'.encode()
    publisher = FakePublisher()

    await replayed(a_file(tmp_path, as_object, a_line(body)), publisher)

    (published,) = publisher.published
    assert [t.body for t in TRANSACTIONS.validate_json(published)] == [body, body]


async def test_lines_are_published_in_messages_of_bounded_size(tmp_path: Path) -> None:
    large = [a_line(a_snapshot(i, Body="x" * 300_000)) for i in range(1, 21)]
    publisher = FakePublisher()

    await replayed(a_file(tmp_path, *large), publisher)

    assert ids(publisher) == list(range(1, 21))
    assert max(map(len, publisher.published)) < 2 * BATCH_BYTES


class SmallMessages(FakePublisher):
    """A RabbitMQ that accepts small messages only."""

    async def publish(
        self, exchange: topology.Exchange, body: bytes, *, message_id: str, kind: str
    ) -> None:
        if len(body) > 10_000:
            raise MessageTooLargeError(len(body), 10_000)
        await super().publish(exchange, body, message_id=message_id, kind=kind)


async def test_a_line_that_rabbitmq_finds_too_large_is_refused_and_the_others_are_accepted(
    tmp_path: Path,
) -> None:
    publisher = SmallMessages()
    large = a_line(a_snapshot(2, Body="x" * 20_000))

    counts, observer = await replayed(
        a_file(tmp_path, *ordinary(1), large, *ordinary(1)), publisher
    )

    assert counts == ReplayCounts(accepted=2, refused=1)
    assert observer.refusals[0][0] == 2
    assert "larger than RabbitMQ's 10,000" in observer.refusals[0][1]


async def test_a_killed_run_repeats_lines_under_the_same_ids_and_loses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_file, "LINE_BATCH", 100)
    file, killed, again = a_file(tmp_path, *ordinary(300)), FakePublisher(), FakePublisher()
    with pytest.raises(BrokerUnavailableError):
        await first_run(file, killed)

    await replayed(file, again)

    assert set(ids(killed)) | set(ids(again)) == set(range(1, 301))
    assert min(ids(again)) > 1


async def first_run(file: Path, publisher: FakePublisher) -> None:
    class Ending(FakeObserver):
        def waiting(self, line: int) -> None:
            raise BrokerUnavailableError(line)

        def progressed(self, progress: ReplayProgress) -> None:
            publisher.is_connected = progress.lines < 100

    await Replayer(TransactionPublisher(publisher, 1), LIMIT, Ending()).run(file)


def test_progress_is_written_atomically(tmp_path: Path) -> None:
    file = a_file(tmp_path, as_body(a_snapshot()))

    ReplayProgress(5, 1).save(file)

    assert ReplayProgress.load(file) == ReplayProgress(5, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "changes.jsonl",
        "changes.jsonl.progress",
    ]
