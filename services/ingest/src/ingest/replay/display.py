"""Shows a replay on standard error: a progress bar, and one line per refused line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.replay.progress import ReplayProgress


class ReplayDisplay:
    """Shows one replay inside its ``with`` block."""

    def __init__(self, file: Path) -> None:
        self._progress = Progress(console=Console(stderr=True, soft_wrap=True))
        self._file = file
        self._is_waiting = False

    def __enter__(self) -> Self:
        """Show the progress bar."""
        name = escape(_printable(self._file.name))
        self._bar = self._progress.add_task(f"replaying {name}", total=self._file.stat().st_size)
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the progress bar. It stays on the terminal."""
        self._progress.stop()

    def started(self, progress: ReplayProgress) -> None:
        """Print the line at which the replay resumes."""
        self._progress.update(self._bar, completed=progress.position)
        if progress.lines:
            self._print(f"Resuming at line {progress.lines + 1} ({self._file.name}.progress).")

    def progressed(self, progress: ReplayProgress) -> None:
        """Move the progress bar, and print when RabbitMQ confirms again."""
        self._progress.update(self._bar, completed=progress.position)
        if self._is_waiting:
            self._is_waiting = False
            self._print("RabbitMQ confirms again.")

    def refused(self, line: int, reason: str) -> None:
        """Print the number of the refused line and the reason."""
        self._print(f"line {line} was not accepted: {reason}")

    def waiting(self, line: int) -> None:
        """Print once per outage that RabbitMQ does not confirm."""
        if not self._is_waiting:
            self._is_waiting = True
            self._print(f"RabbitMQ does not confirm. Waiting for it at line {line}.")

    def _print(self, sentence: str) -> None:
        self._progress.console.print(_printable(sentence), markup=False, highlight=False)


def _printable(text: str) -> str:
    """Return the text with control characters escaped, because a terminal would act on them."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
