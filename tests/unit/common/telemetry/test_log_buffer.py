from __future__ import annotations

import json
import sys

import pytest
import structlog

from common.logs import configure_logs
from common.telemetry.log_buffer import LONGEST_LINE, LogBuffer


def test_the_oldest_lines_are_dropped_and_counted() -> None:
    lines = LogBuffer(most=3)

    for number in range(5):
        lines.append(f'"{number}"')

    assert (lines.take(10), lines.dropped) == (['"2"', '"3"', '"4"'], 2)


def test_lines_are_taken_once_and_in_order() -> None:
    lines = LogBuffer()
    for number in range(5):
        lines.append(f'"{number}"')

    assert [lines.take(2), lines.take(2), lines.take(2), lines.take(2)] == [
        ['"0"', '"1"'],
        ['"2"', '"3"'],
        ['"4"'],
        [],
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"exception": "a" * 50_000 + "the end"},
        {f"field{n}": "x" * 1_000 for n in range(500)},
        {"deep": {"list": ["x"] * 9_000}},
    ],
)
def test_a_long_line_is_shortened_and_still_readable(fields: dict[str, object]) -> None:
    lines = LogBuffer()

    lines.append(json.dumps({"event": "odd", "level": "error"} | fields))

    (line,) = lines.take(1)
    kept = json.loads(line)
    assert len(line) <= LONGEST_LINE
    assert (kept["event"], kept["level"]) == ("odd", "error")
    assert kept.get("exception", "the end").endswith("the end")


def test_every_line_is_handed_on_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    lines = LogBuffer()
    structlog.reset_defaults()
    configure_logs("dispatcher", "replica-1", "INFO", lines.append)
    try:
        structlog.get_logger().info("attempt", delivery_id="t1.c1")
        structlog.get_logger().debug("not wanted")
        structlog.stdlib.get_logger("elsewhere")
        __import__("logging").getLogger("a.library").error("it broke: %s", "why")
    finally:
        structlog.reset_defaults()
        __import__("logging").basicConfig(handlers=[], force=True)

    kept = [json.loads(line) for line in lines.take(10)]
    assert [(line["event"], line["level"]) for line in kept] == [
        ("attempt", "info"),
        ("it broke: why", "error"),
    ]
    assert all((line["service"], line["replica"]) == ("dispatcher", "replica-1") for line in kept)
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == kept
    assert sys.stdout is not None
