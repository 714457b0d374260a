"""The worst answers at their largest size are parsed in linear time, and not on the event loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from dispatcher.back_offices.parsing import SHORT_BYTES, parse_answer, parse_json
from tests.support.event_loop import measured_hold
from tests.support.hostile_answers import PARSERS, Parser

CASES = {
    f"{name}: {worst}": (parser, filler)
    for name, parser in PARSERS.items()
    for worst, filler in parser.worst.items()
}
WORST = [pytest.param(*case, id=name) for name, case in CASES.items()]
LONG = [
    pytest.param(*case, id=name) for name, case in CASES.items() if case[0].max_bytes <= 1024 * 1024
]
MAX_HOLD_S = 0.05
MAX_SECONDS_OF_A_MIB = 1.0
NOISE_S = 0.01


def cpu_s(parse: Callable[[bytes], Any], body: bytes) -> float:
    """Return the shortest CPU time of three runs."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        parse(body)
        times.append(time.thread_time() - began)
        if times[-1] < NOISE_S:
            break
    return min(times)


@pytest.mark.parametrize(("parser", "filler"), WORST)
def test_the_time_of_a_parser_grows_with_the_size_alone(
    parser: Parser, filler: Callable[[int], bytes]
) -> None:
    size = min(parser.max_bytes, 1024 * 1024)

    quarter, whole = cpu_s(parser.parse, filler(size // 4)), cpu_s(parser.parse, filler(size))

    assert whole < 4 * 2.5 * (quarter + NOISE_S)
    assert whole < MAX_SECONDS_OF_A_MIB


@pytest.mark.parametrize(("parser", "filler"), WORST)
async def test_a_short_answer_is_parsed_at_once(
    parser: Parser, filler: Callable[[int], bytes]
) -> None:
    assert cpu_s(parser.parse, filler(SHORT_BYTES)) < MAX_HOLD_S


@pytest.mark.parametrize(("parser", "filler"), LONG)
async def test_a_long_answer_does_not_hold_the_event_loop(
    parser: Parser, filler: Callable[[int], bytes]
) -> None:
    body = filler(parser.max_bytes)

    async with measured_hold() as hold:
        await parse_answer(parser.parse, body)

    assert hold.longest_s < MAX_HOLD_S


async def test_the_largest_metadata_does_not_hold_the_event_loop() -> None:
    parser = PARSERS["metadata"]
    body = parser.worst["elements"](parser.max_bytes)

    async with measured_hold() as hold:
        found = await parse_answer(parser.parse, body)

    assert found is None
    assert hold.longest_s < MAX_HOLD_S


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[" * 100_000, b"9" * 5000, b'"\\ud800"', b"{}x", b"{'a':1}"]
)
def test_unreadable_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is that of the parser
        parse_json(body)


def test_json_may_begin_with_a_byte_order_mark() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": [1, null]}') == {"a": [1, None]}
