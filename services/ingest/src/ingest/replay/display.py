"""How a replay is shown on standard error: a bar, and a line for each line that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.replay.file import Place


class Screen:
    """Shows one replay inside its ``with`` block."""

    def __init__(self, file: Path) -> None:
        self._progress = Progress(console=Console(stderr=True, soft_wrap=True))
        self._file = file
        self._is_waiting = False

    def __enter__(self) -> Self:
        """Show the bar."""
        name = escape(_visible(self._file.name))
        self._bar = self._progress.add_task(f"replaying {name}", total=self._file.stat().st_size)
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bar as it is."""
        self._progress.stop()

    def begins(self, place: Place) -> None:
        """Say where it goes on."""
        self._progress.update(self._bar, completed=place.position)
        if place.lines:
            self._say(f"Going on with line {place.lines + 1}: see {self._file.name}.progress.")

    def progressed(self, place: Place) -> None:
        """Move the bar, and say so when RabbitMQ is back."""
        self._progress.update(self._bar, completed=place.position)
        if self._is_waiting:
            self._is_waiting = False
            self._say("RabbitMQ confirms again.")

    def refused(self, line: int, reason: str) -> None:
        """Name the line and its fields."""
        self._say(f"line {line} was not accepted: {reason}")

    def waits(self, line: int) -> None:
        """Say so once for each time that RabbitMQ is away."""
        if not self._is_waiting:
            self._is_waiting = True
            self._say(f"RabbitMQ does not confirm. Waiting for it with line {line}.")

    def _say(self, sentence: str) -> None:
        self._progress.console.print(_visible(sentence), markup=False, highlight=False)


def _visible(text: str) -> str:
    """Write out what a terminal would act on."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
