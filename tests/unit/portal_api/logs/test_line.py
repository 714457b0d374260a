from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
import pytest

from portal_api.logs.line import Level, at_least, first_id_at, level_of, log_document, read_lines
from tests.support.builders import A_MOMENT

LINE = {
    "timestamp": "2026-07-21T14:03:09.447123Z",
    "level": "info",
    "service": "dispatcher",
    "replica": "d1",
    "event": "attempt",
}


def document(index: int = 0, **fields: Any) -> dict[str, Any]:
    (line,), unreadable = read_lines(json.dumps([LINE | fields]).encode())
    assert unreadable == 0
    return log_document(line, "boot.1", index)


def test_an_unreadable_line_loses_no_other_line() -> None:
    lines, unreadable = read_lines(
        json.dumps(
            [LINE, {"event": "no time"}, 7, None, LINE | {"event": 8}, LINE | {"event": "last"}]
        ).encode()
    )

    assert ([line.event for line in lines], unreadable) == (["attempt", "last"], 4)


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b'"text"'])
def test_a_body_without_lines_counts_as_one_unreadable_line(body: bytes) -> None:
    assert read_lines(body) == ([], 1)


def test_the_same_line_has_the_same_id_and_ids_sort_by_time() -> None:
    later = document(timestamp="2026-07-21T14:03:09.448Z")

    assert document()["_id"] == document()["_id"]
    assert document()["_id"] < document(1)["_id"] < later["_id"]


@pytest.mark.parametrize("microseconds", [0, 1, 999, 1000, -1, -1000])
def test_a_moment_selects_lines_by_their_milliseconds(microseconds: int) -> None:
    moment = A_MOMENT + timedelta(microseconds=microseconds)

    is_selected = document()["_id"] >= first_id_at(moment)

    assert is_selected == (moment <= A_MOMENT)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_every_moment_has_an_id(moment: datetime) -> None:
    assert len(first_id_at(moment)) == 12


@pytest.mark.parametrize("value", [2**70, "\ud800", {"a": [1]}, float("nan"), None, True, "é"])
def test_every_value_of_a_line_can_be_stored(value: Any) -> None:
    found = document(odd=value, **{"nul\0name": 1})

    assert bson.decode(bson.encode(found))["fields"].keys() == {"odd", "nulname"}


def test_a_level_includes_more_severe_levels() -> None:
    assert at_least(Level.ERROR) == ["error", "critical"]
    assert [level_of(name) for name in ("INFO", "warn", "exception", "odd")] == [
        "info",
        "warning",
        "error",
        "info",
    ]
