"""Stack traces without the error's text, which may quote a payload or a secret."""

from __future__ import annotations

import traceback

MAX_CHARACTERS = 20_000


def stack_trace_of(error: BaseException) -> str:
    """Return the frames and types of the error and its causes, the newest frames last."""
    lines: list[str] = []
    found: BaseException | None = error
    while found is not None:
        lines = [*traceback.format_tb(found.__traceback__), f"{type(found).__qualname__}\n", *lines]
        found = found.__cause__
    return "".join(lines).rstrip("\n")[-MAX_CHARACTERS:]
