"""Child processes, each in a process group of its own, so that Ctrl-C in the terminal does not
reach them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from local_stack.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence
    from pathlib import Path

STOP_TIMEOUT_S = 30.0


class ManagedProcess:
    """A child process with its log. A ``returncode`` of None means that it runs."""

    def __init__(self, name: str, child: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.log = log
        self._child = child

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str | Path], environment: Mapping[str, str], log: Path
    ) -> ManagedProcess:
        """Start the process with this environment in addition to its parent's. Its output is
        appended to the log.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            child = await asyncio.create_subprocess_exec(
                *command,
                env=os.environ | environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        return cls(name, child, log)

    @property
    def pid(self) -> int:
        """The id of the process and of its group."""
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, or None while the process runs."""
        return self._child.returncode

    async def until(self, answers: Callable[[], Awaitable[bool]], within_s: float) -> None:
        """Wait until ``answers`` returns True. Raises LocalError when the process ends or the time
        is over.
        """
        deadline = time.monotonic() + within_s
        while not await answers():
            if self.returncode is not None:
                raise LocalError(
                    f"{self.name} ended while starting (exit code {self.returncode}): "
                    f"see {self.log}"
                )
            if time.monotonic() > deadline:
                raise LocalError(
                    f"{self.name} did not become ready within {within_s:g} s: see {self.log}"
                )
            await asyncio.sleep(0.1)

    async def stop(self, within_s: float = STOP_TIMEOUT_S) -> None:
        """Send SIGTERM and wait. Kill the group after the timeout."""
        if self.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._child.terminate()
        try:
            async with asyncio.timeout(within_s):
                await self._child.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Kill the whole group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self._child.wait()


Started = Callable[[ManagedProcess], None]
"""A callback for each started process, before it is ready."""


def ignore_start(_: ManagedProcess) -> None:
    """Ignore the start of a process."""
