"""Sends inputs to one parser, and measures each of them."""

from __future__ import annotations

import asyncio
import gc
import signal
import time
import traceback
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fuzz.parser import Parser

MAX_LOOP_S = 0.050
"""The longest time of the processor that one input may take on the event loop."""
MAX_THREAD_S = 2.0
"""The same for a thread beside the event loop."""
MAX_INPUT_S = 60
REPEATS = 3
MAX_FAILURES = 5


class SlowError(Exception):
    """An input took too long."""


class HangError(BaseException):
    """An input did not end. Only a handler of every exception could swallow it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input with an unexpected result. Failures of one kind have one fault."""

    kind: str
    index: int
    raw: bytes
    details: str


@dataclass
class Result:
    """The result of some inputs. Times are in seconds."""

    inputs: int = 0
    seconds: float = 0.0
    worst_loop_s: float = 0.0
    worst_thread_s: float = 0.0
    unhandled: int = 0
    failures: dict[str, Failure] = field(default_factory=dict)

    def add(self, other: Result) -> None:
        """Add the result of other inputs of the same parser."""
        self.inputs += other.inputs
        self.seconds += other.seconds
        self.worst_loop_s = max(self.worst_loop_s, other.worst_loop_s)
        self.worst_thread_s = max(self.worst_thread_s, other.worst_thread_s)
        self.unhandled += other.unhandled
        for kind, failure in other.failures.items():
            self.failures.setdefault(kind, failure)


def input_of(parser: Parser, seed: int, index: int) -> bytes:
    """Return one input. The same seed and index give the same input."""
    return parser.generate(Random(f"{seed}/{parser.name}/{index}"))


def send_inputs(parser: Parser, seed: int, indexes: range) -> Result:
    """Send these inputs to the parser on an event loop."""
    with alarm(), _collecting_rarely():
        return asyncio.run(_send_inputs(parser, seed, indexes))


async def failure_of(
    parser: Parser, raw: bytes, index: int = -1
) -> tuple[Failure | None, float, float]:
    """Return the failure of an input if there is one, and its times on the loop and in threads."""
    loop_s = thread_s = float("inf")
    for _ in range(REPEATS):
        try:
            loop_again_s, thread_again_s = await _timed(parser, raw)
        except (Exception, HangError) as error:  # noqa: BLE001 - any other error is the finding
            return _failure(error, index, raw), 0.0, 0.0
        loop_s, thread_s = min(loop_s, loop_again_s), min(thread_s, thread_again_s)
        if loop_s <= MAX_LOOP_S and thread_s <= MAX_THREAD_S:
            return None, loop_s, thread_s
    return (
        _failure(SlowError(f"{loop_s:.3f} s, threads {thread_s:.3f} s"), index, raw),
        loop_s,
        thread_s,
    )


async def _send_inputs(parser: Parser, seed: int, indexes: range) -> Result:
    result = Result(inputs=len(indexes))
    began = time.perf_counter()
    for count, index in enumerate(indexes):
        raw = input_of(parser, seed, index)
        failure, loop_s, thread_s = await failure_of(parser, raw, index)
        result.worst_loop_s = max(result.worst_loop_s, loop_s)
        result.worst_thread_s = max(result.worst_thread_s, thread_s)
        if failure:
            result.unhandled += 1
            if len(result.failures) < MAX_FAILURES:
                result.failures.setdefault(failure.kind, failure)
        if count % 2_000 == 0:
            gc.collect()
    result.seconds = time.perf_counter() - began
    return result


async def _timed(parser: Parser, raw: bytes) -> tuple[float, float]:
    """Return the processor time on the loop and in other threads. Raises unexpected errors."""
    thread, process = time.thread_time(), time.process_time()
    with _ending(), suppress(*parser.expected):
        await parser.parse(raw)
    loop_s = time.thread_time() - thread
    return loop_s, max(0.0, time.process_time() - process - loop_s)


@contextmanager
def _ending() -> Iterator[None]:
    """Raise HangError in an input that does not end."""
    signal.setitimer(signal.ITIMER_REAL, MAX_INPUT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _failure(error: BaseException, index: int, raw: bytes) -> Failure:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}" if frames else ""
    details = "".join(traceback.format_exception(error))
    return Failure(f"{type(error).__name__}{place}", index, raw, details)


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Keep the garbage collector out of the times."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@contextmanager
def alarm() -> Iterator[None]:
    """Let the alarm clock of this process raise HangError."""

    def hang(*_: object) -> None:
        raise HangError(f"an input did not end within {MAX_INPUT_S} s")

    before = signal.signal(signal.SIGALRM, hang)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)
