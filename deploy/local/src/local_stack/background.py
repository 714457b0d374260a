"""The system without a terminal: ``up`` starts a detached process, ``down`` stops it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from local_stack.leftovers import stop_leftovers, wait_until_ended
from local_stack.state import StateFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Say = Callable[[str], None]

STOP_TIMEOUT_S = 90.0


async def up(directory: Path, say: Say) -> int:
    """Start the system, print its output until it is ready, and return an exit code."""
    log = directory / "logs" / "up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    file = StateFile(directory)
    runner = _begin(directory, log)
    printed = 0
    while True:
        ended, is_ready = runner.poll(), _is_ready(file, runner.pid)
        for text in log.read_text().splitlines()[printed:]:
            say(text)
            printed += 1
        if is_ready or ended is not None:
            return ended or 0
        await asyncio.sleep(0.2)


async def down(directory: Path, say: Say) -> int:
    """Stop the system and wait. Kill processes that do not end, by their ids. Return an exit
    code.
    """
    file = StateFile(directory)
    state = file.read()
    if state is None:
        say("Nothing is running.")
        return 0
    if state.runner.is_alive:
        os.kill(state.runner.pid, signal.SIGTERM)
        if not await wait_until_ended([state.runner], STOP_TIMEOUT_S):
            os.kill(state.runner.pid, signal.SIGKILL)
    await stop_leftovers(directory, file)
    say("Everything is stopped.")
    return 0


def _begin(directory: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the detached process. asyncio's own processes would end with the event loop."""
    command = [sys.executable, "-m", "local_stack", "run", "--background"]
    environment = os.environ | {"LOCAL_DIRECTORY": str(directory)}
    with log.open("wb") as out:
        return subprocess.Popen(  # noqa: S603 - a fixed command
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def _is_ready(file: StateFile, runner: int) -> bool:
    state = file.read()
    return state is not None and state.is_ready and state.runner.pid == runner
