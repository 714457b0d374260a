"""Runs the parsers in several processes."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from fuzz.run import Result, send_inputs
from fuzz.targets import all_parsers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fuzz.options import Options
    from fuzz.parser import Parser

CHUNK = 5_000
"""Inputs that a process takes at once."""


@cache
def parsers() -> dict[str, Parser]:
    """Return every parser by its name. Each process builds its own."""
    return all_parsers()


def results(options: Options, names: Sequence[str]) -> Iterator[tuple[str, Result]]:
    """Yield the result of each parser, in this order."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, mp_context=context) as pool:
        running = {name: _start(pool, options, name) for name in names}
        for name, chunks in running.items():
            result = Result()
            for chunk in chunks:
                result.add(chunk.result())
            yield name, result


def _start(pool: ProcessPoolExecutor, options: Options, name: str) -> list[Future[Result]]:
    begins = range(0, options.inputs, CHUNK)
    return [
        pool.submit(_send, name, options.seed, range(begin, min(begin + CHUNK, options.inputs)))
        for begin in begins
    ]


def _send(name: str, seed: int, indexes: range) -> Result:
    return send_inputs(parsers()[name], seed, indexes)
