"""The command line of a run."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run. No ``parsers`` means all of them."""

    inputs: int = 100_000
    seed: int = 1
    parsers: tuple[str, ...] = ()
    processes: int = 2
    out: Path = Path(".run/fuzz")


def read_options(words: Sequence[str] | None = None) -> Options:
    """Return the options of the command line, or end the program when one is wrong."""
    default = Options()
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", description="Send made-up input to every parser of foreign input."
    )
    add = parser.add_argument
    add("--inputs", type=_at_least_one, default=default.inputs, help="inputs for each parser")
    add("--seed", type=int, default=default.seed, help="seed of the inputs, which repeats them")
    add("--parser", dest="parsers", action="append", metavar="NAME", help="only this parser")
    add("--processes", type=_at_least_one, default=default.processes, help="processes at once")
    add("--out", type=Path, default=default.out, help="folder of the inputs that failed")
    given = vars(parser.parse_args(words))
    return Options(**(given | {"parsers": tuple(given["parsers"] or ())}))


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
