"""The responses of the webhook to every kind of body."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from ingest.routes import webhooks
from ingest.transaction_publisher import TransactionPublisher
from tests.support.builders import a_snapshot, as_body
from tests.support.fake_publisher import FakePublisher

LIMIT = 4 * 1024 * 1024
Response = tuple[int, dict[str, Any]]


async def response_to(body: bytes, *headers: tuple[bytes, bytes]) -> Response:
    app = Starlette(
        routes=webhooks(TransactionPublisher(FakePublisher(), 1), {"demo": b"secret"}, LIMIT)
    )
    given_headers = [(b"content-type", b"application/json"), (b"x-api-key", b"secret")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/webhooks/demo/appointment-updated",
        "headers": [*given_headers, *headers],
        "query_string": b"",
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(part.get("body", b"") for part in sent[1:]))


def with_field(name: str, value: str) -> str:
    return f'{{"Id": 1, "LastModifiedDate": "2026-07-21T14:03:09", "{name}": {value}}}'


GOOD = as_body(a_snapshot())
MANY_DIGITS = "9" * 5_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\x00", 400),
        (GOOD + b"\x00", 400),
        (GOOD + b" x", 400),
        (b"\xef\xbb\xbf" + GOOD, 202),
        (GOOD.decode().encode("utf-16"), 400),
        (GOOD.decode().encode("utf-16-le"), 400),
        (gzip.compress(GOOD, mtime=0), 400),
        (b"null", 422),
        (b"[]", 422),
        (b"[[]]", 422),
        (b"[null]", 422),
        (b"[" + GOOD + b"]\x00", 422),
        (with_field("Qty", MANY_DIGITS).encode(), 400),
        (f"[{with_field('Qty', MANY_DIGITS)}]".encode(), 400),
        (f"[{with_field('Id', MANY_DIGITS)}]".encode(), 400),
        (with_field("Id", "9" * 30).encode(), 422),
        (with_field("Qty", f"[NaN, {'9' * 4_000}]").encode(), 422),
        (with_field("Subject", '"\\ud800"').encode(), 400),
        (with_field("X\\ud800", "NaN").encode(), 400),
        (with_field("X", "[" * 150 + "]" * 150).encode(), 202),
        (with_field("X", "[" * 100_000 + "]" * 100_000).encode(), 400),
        (f"[{with_field('X', '[' * 100_000 + ']' * 100_000)}]".encode(), 400),
        (with_field("X", '{"a":' * 100_000).encode(), 400),
        (with_field("X", "1e999").encode(), 202),
        (with_field("X", '"\\u0000"').encode(), 202),
        (with_field("Subject", '"' + "x" * 3_000_000 + '"').encode(), 202),
        (with_field("AppointmentGuid", '"' + "x" * 3_000_000 + '"').encode(), 202),
        (with_field("LastModifiedDate", '"' + "9" * 3_000_000 + '"').encode(), 422),
        (b"x" * (LIMIT + 1), 413),
        (b"[" + b"1," * 1_000 + b"1]", 413),
        (b"[" + b",".join([GOOD] * 1_001) + b"]", 413),
        (with_field("X", f"[{'{},' * 50_000}1]").encode(), 413),
        (with_field("X", f"[{'NaN,' * 50_000}1]").encode(), 413),
        (b"[" + with_field("X", f"[{'[],' * 50_000}1]").encode() + b"]", 413),
        (with_field("X", '"' + "a,[{" * 200_000 + '"').encode(), 202),
        (with_field("X", '"' + '\\\\\\",[{' * 100_000 + '"').encode(), 202),
        (with_field("X", '"' + "x" * 70_000 + '", "Y": NaN').encode(), 422),
    ],
    ids=lambda value: repr(value)[:60],
)
async def test_a_strange_body_is_accepted_or_refused_with_its_field(
    body: bytes, status: int
) -> None:
    answered, answer = await response_to(body)

    assert answered == status
    assert status == 202 or answer["errors"][0]["field"]
    assert len(json.dumps(answer)) < 2_000


async def test_the_response_to_a_thousand_bad_fields_is_short() -> None:
    _, answer = await response_to(with_field("X" * 9_000, "[" + "NaN," * 10_000 + "1]").encode())

    assert len(json.dumps(answer)) < 100_000


@pytest.mark.parametrize(
    "header",
    [(b"content-encoding", b"gzip"), (b"content-encoding", b"br")],
)
async def test_a_compressed_body_is_refused(header: tuple[bytes, bytes]) -> None:
    status, answer = await response_to(gzip.compress(GOOD, mtime=0), header)

    assert (status, answer["detail"]) == (415, "The body must not be compressed")


@pytest.mark.parametrize(
    "header",
    [
        (b"content-length", b"9" * 5_000),
        (b"content-length", b"-1"),
        (b"content-length", b"\xb2"),
        (b"traceparent", b"\xff\x00"),
        (b"authorization", b"Basic \xff"),
        (b"content-encoding", b"identity"),
    ],
)
async def test_a_strange_header_causes_no_server_error(header: tuple[bytes, bytes]) -> None:
    status, _ = await response_to(GOOD, header)

    assert status in {202, 413}


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["0001-01-01T00:00:00", "2026-07-21T14:03:09", "/Date(1)/", ""])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=4
)
NAMES = st.text() | st.sampled_from(
    [
        "Id",
        "id",
        "AppointmentGuid",
        "appointmentNo",
        "LastModifiedDate",
        "CreatedDate",
        "StartDate",
        "Subject",
        "Timestamp",
        "Task",
        "BackofficeID",
    ]
)
SNAPSHOTS = st.dictionaries(NAMES, VALUES, max_size=6)


@settings(max_examples=30, deadline=None)
@given(body=(SNAPSHOTS | st.lists(SNAPSHOTS)).map(lambda value: json.dumps(value).encode()))
async def test_no_json_causes_a_server_error(body: bytes) -> None:
    status, _ = await response_to(body)

    assert status in {202, 400, 422}


@settings(max_examples=30, deadline=None)
@given(body=st.binary() | st.builds(bytes.__add__, st.just(GOOD[:-1]), st.binary()))
async def test_no_bytes_cause_a_server_error(body: bytes) -> None:
    status, _ = await response_to(body)

    assert status in {202, 400, 422}
