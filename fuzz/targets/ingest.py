"""The webhooks of Dime.Scheduler, and the files of `mboc-ingest replay`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common.contracts.appointment import Action
from common.contracts.traceparent import read_traceparent
from fuzz.inputs.changes import changed
from fuzz.inputs.json_texts import json_objects, json_texts
from fuzz.inputs.texts import DATES, as_bytes, odd_bytes
from fuzz.parser import Parser, on_the_loop, one_of
from fuzz.targets import samples
from ingest.changes import read_change
from ingest.errors import IngestError
from ingest.replay.file import parse_line, read_batches
from ingest.replay.progress import ReplayProgress
from ingest.routes import webhooks

if TYPE_CHECKING:
    from random import Random

    from starlette.types import Message

SECRET = "s" * 40
BODY_LIMIT = 4 * 1024 * 1024
ANSWERS = {202, 400, 413, 415, 422}
_MEMBERS = (
    *("Id", "AppointmentNo", "AppointmentGuid", "Subject", "StartDate", "EndDate", "Task"),
    *("LastModifiedDate", "LastModifiedUser", "CreatedDate", "Timestamp", "BackofficeID"),
    *("ExternalId", "Assignments", "Resource", "Job", "SourceApp", "TaskNo", "FieldValues"),
)
_WORDS = [f'"{name}":'.encode() for name in _MEMBERS]
_ARRAYS = [b"[" + b",".join(samples.SNAPSHOTS) + b"]", b"[{}]", b"[]"]
_LINES = [
    json.dumps({"source": "dime", "action": "update", "body": body.decode("utf-8-sig")}).encode()
    for body in samples.SNAPSHOTS
]


def ingest_parsers() -> list[Parser]:
    """Return the parsers of ingest."""
    snapshot = one_of(
        (
            changed(samples.SNAPSHOTS, _WORDS),
            json_objects(_MEMBERS, DATES),
            changed(_ARRAYS, _WORDS),
            json_texts(_MEMBERS, DATES),
        )
    )
    line = one_of((changed(_LINES, (b"\n", b'"body":', b"\\u")), _lines(snapshot)))
    traceparent = [b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]
    return [
        Parser("webhook body", _webhook(), snapshot),
        Parser("replay file", on_the_loop(_replay()), line, (IngestError,)),
        Parser(
            "traceparent",
            on_the_loop(lambda raw: read_traceparent(raw.decode("latin-1"))),
            one_of((changed(traceparent), odd_bytes)),
        ),
    ]


class _Accepting:
    """Accepts every change, in the place of the publisher to RabbitMQ."""

    timeout_s = 5.0

    def check(self) -> None:
        """Accept."""

    async def publish(self, transactions: Any) -> None:
        for transaction in transactions:
            assert transaction.model_dump_json().encode()


def _webhook() -> Any:
    publisher: Any = _Accepting()
    route = webhooks(publisher, {"dime": SECRET.encode()}, BODY_LIMIT)[0]

    async def parse(raw: bytes) -> None:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await route.app(_scope(len(raw)), receive, send)
        assert sent[0]["status"] in ANSWERS, f"status {sent[0]['status']}"

    return parse


def _scope(size: int) -> dict[str, Any]:
    headers = (
        (b"x-api-key", SECRET.encode()),
        (b"content-type", b"application/json"),
        (b"content-length", str(size).encode()),
    )
    return {
        "type": "http",
        "method": "POST",
        "path": "/webhooks/dime/appointment-updated",
        "path_params": {"source": "dime"},
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
    }


def _replay() -> Any:
    file = Path(tempfile.mkdtemp(prefix="fuzz-")) / "changes.jsonl"

    def parse(raw: bytes) -> None:
        file.write_bytes(raw)
        first: IngestError | None = None
        for batch in read_batches(file, ReplayProgress(), BODY_LIMIT):
            for line in batch:
                try:
                    source, action, text = parse_line(line, BODY_LIMIT)
                    assert read_change(source, Action(action), text)
                except IngestError as error:
                    first = first or error
        if first:
            raise first

    return parse


def _lines(snapshot: Any) -> Any:
    def generate(random: Random) -> bytes:
        body = snapshot(random).decode("utf-8", "replace")
        text = body if random.random() < 0.3 else json.dumps(body)
        source = json.dumps(random.choice(("dime", "", "a/b", "\ud800")))
        action = json.dumps(random.choice(("create", "update", "delete", "CREATE", 1)))
        return as_bytes(f'{{"source":{source},"action":{action},"body":{text}}}\n')

    return generate
