"""The progress of a replay, stored next to the replayed file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class ReplayProgress(NamedTuple):
    """The end of the last finished line: ``position`` in bytes, and the number of lines."""

    position: int = 0
    lines: int = 0

    @classmethod
    def load(cls, file: Path) -> ReplayProgress:
        """Return the progress in ``<file>.progress``, or the beginning of the file."""
        try:
            position, lines = map(int, _progress_file(file).read_text().split())
        except (OSError, ValueError):
            return cls()
        return cls(position, lines) if 0 <= position <= file.stat().st_size else cls()

    def save(self, file: Path) -> None:
        """Write ``<file>.progress`` atomically."""
        new = file.with_name(f"{file.name}.progress.new")
        new.write_text(f"{self.position} {self.lines}\n")
        new.replace(_progress_file(file))


def _progress_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.progress")
