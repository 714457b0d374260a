"""The table of a run, and the files of failed inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.shrink import shrunk

if TYPE_CHECKING:
    from fuzz.options import Options
    from fuzz.parser import Parser
    from fuzz.run import Failure, Result

_FORM = "{:<34} {:>9} {:>9} {:>13} {:>15} {:>10}"
HEAD = _FORM.format("parser", "inputs", "inputs/s", "worst loop ms", "worst thread ms", "unhandled")


def line_of(name: str, result: Result) -> str:
    """Return the line of one parser. Inputs a second are those of one process."""
    return _FORM.format(
        name,
        result.inputs,
        f"{result.inputs / max(result.seconds, 1e-9):,.0f}",
        f"{1000 * result.worst_loop_s:.1f}",
        f"{1000 * result.worst_thread_s:.1f}",
        result.unhandled,
    )


def save(options: Options, parser: Parser, failure: Failure) -> str:
    """Save the shortest input with this failure, and return a sentence about it."""
    options.out.mkdir(parents=True, exist_ok=True)
    name = f"{parser.name} {failure.kind}".replace(" ", "-").replace("/", "-")
    path = options.out / f"{name}.bin"
    path.write_bytes(shrunk(parser, failure))
    path.with_suffix(".txt").write_text(failure.details, "utf-8", "backslashreplace")
    return f"{parser.name}: {failure.kind}, seed {options.seed}, input {failure.index}: {path}"
