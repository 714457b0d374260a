"""The running processes, stored for ``down``, ``status``, ``smoke``, and for the next start after a
crash.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from local_stack.errors import RunningError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Identity(BaseModel):
    """A process id with the start time of the process, because an id alone may belong to another
    process later.
    """

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> Identity:
        """Return the identity of a running process."""
        return cls(pid=pid, began=_began(pid))

    @property
    def is_alive(self) -> bool:
        """Whether this process still runs."""
        return bool(self.began) and _began(self.pid) == self.began


class State(BaseModel):
    """The processes by name, and the addresses of the services."""

    runner: Identity
    processes: dict[str, Identity] = {}
    addresses: dict[str, str] = {}
    is_ready: bool = False


class StateFile:
    """The state in ``state.json`` of a directory."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "state.json"

    def read(self) -> State | None:
        """Return the last state, or None after a regular stop."""
        try:
            return State.model_validate_json(self._file.read_text())
        except (FileNotFoundError, ValidationError):
            return None

    def write(self, state: State) -> None:
        """Write the state atomically."""
        new = self._file.with_suffix(".new")
        new.write_text(state.model_dump_json(indent=1))
        new.replace(self._file)

    def remove(self) -> None:
        """Remove the state, because nothing is running."""
        self._file.unlink(missing_ok=True)


@contextlib.contextmanager
def exclusive_lock(directory: Path) -> Iterator[None]:
    """Lock the directory, so that only one process starts the system from it. Raises
    RunningError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunningError(
                "The system is running already: `make status` shows it, `make down` stops it."
            ) from None
        yield


def _began(pid: int) -> str:
    """Return the start time of the process in ticks since boot, or an empty text when it has
    ended.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "" if Path("/proc/self").exists() else _where_there_is_no_proc(pid)
    return "" if fields[0] == "Z" else fields[19]


def _where_there_is_no_proc(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except OSError:
        return ""
    return "running"
