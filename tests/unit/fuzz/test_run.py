"""A run finds errors and slow inputs, repeats them, and saves the shortest one."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from fuzz.inputs.changes import changed
from fuzz.options import Options, read_options
from fuzz.parser import Parser, on_the_loop
from fuzz.report import line_of, save
from fuzz.run import Result, input_of, send_inputs

ROOT = Path(__file__).parents[3]


def a_parser(parse: object, *expected: type[Exception]) -> Parser:
    generate = changed([b'{"number": 12, "text": "abc"}'])
    return Parser("a parser", on_the_loop(parse), generate, expected)  # type: ignore[arg-type]


def fails_at_nine(raw: bytes) -> None:
    if b"9" in raw:
        raise KeyError("nine")


def is_slow_at_nine(raw: bytes) -> None:
    end = time.thread_time() + (0.06 if b"9" in raw else 0)
    while time.thread_time() < end:
        pass


def test_an_undocumented_error_is_found_and_a_documented_one_is_not() -> None:
    found = send_inputs(a_parser(fails_at_nine), 1, range(200))
    documented = send_inputs(a_parser(fails_at_nine, KeyError), 1, range(200))

    assert found.unhandled > 0
    assert set(found.failures) == {"KeyError in fails_at_nine"}
    assert documented.unhandled == 0


def test_an_input_that_holds_the_event_loop_is_found() -> None:
    found = send_inputs(a_parser(is_slow_at_nine), 1, range(40))

    assert any(kind.startswith("SlowError") for kind in found.failures)
    assert found.worst_loop_s > 0.05


def test_work_in_a_thread_does_not_count_for_the_event_loop() -> None:
    async def parse(raw: bytes) -> None:
        await asyncio.to_thread(is_slow_at_nine, raw)

    found = send_inputs(Parser("x", parse, lambda _: b"9"), 1, range(1))

    assert found.unhandled == 0
    assert found.worst_loop_s < 0.05 < found.worst_thread_s


def test_the_same_seed_gives_the_same_inputs() -> None:
    parser = a_parser(len)

    first = [input_of(parser, 7, index) for index in range(50)]

    assert first == [input_of(parser, 7, index) for index in range(50)]
    assert first != [input_of(parser, 8, index) for index in range(50)]
    assert parser.generate(Random(1)) == parser.generate(Random(1))


def test_the_shortest_input_is_saved_with_the_stack_trace(tmp_path: Path) -> None:
    parser = a_parser(fails_at_nine)
    (failure,) = send_inputs(parser, 1, range(200)).failures.values()

    sentence = save(Options(out=tmp_path), parser, failure)

    (saved,) = tmp_path.glob("*.bin")
    assert saved.read_bytes() == b"9"
    assert "KeyError" in saved.with_suffix(".txt").read_text()
    assert f"seed 1, input {failure.index}: {saved}" in sentence


def test_the_line_of_a_parser_has_its_figures() -> None:
    result = Result(inputs=1_000, seconds=0.5, worst_loop_s=0.0123, unhandled=2)

    assert line_of("WSDL", result).split() == ["WSDL", "1000", "2,000", "12.3", "0.0", "2"]


@pytest.mark.parametrize("words", [["--inputs", "0"], ["--processes", "x"]])
def test_a_wrong_option_ends_the_program(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(words)


def test_the_command_ends_with_its_verdict(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fuzz", "--out", str(tmp_path / "out"), *words]
        return subprocess.run(  # noqa: S603 - our own command
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
        )

    passed = run("--inputs", "20", "--parser", "Retry-After", "--processes", "1")
    unknown = run("--parser", "none such")

    assert (passed.returncode, unknown.returncode) == (0, 2), json.dumps(passed.stderr)
    assert "Every parser passed." in passed.stdout
    assert "message Heartbeat" in unknown.stdout
