"""The command ``replay``: its exit codes, and its sentences on standard error."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from common.errors import TopologyError
from ingest.replay.progress import ReplayProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from common.broker import Publisher
    from ingest.replay.display import ReplayDisplay
    from ingest.replay.replayer import Replayer

NOT_STARTED = 2
INTERRUPTED = 130


def run_replay(file: Path, replay: Callable[[Path], Coroutine[None, None, int]]) -> int:
    """Replay the file and return the exit code. After Ctrl-C a second run resumes."""
    if not file.is_file():
        sys.stderr.write(f"The file {file} does not exist.\n")
        return NOT_STARTED
    try:
        return asyncio.run(replay(file))
    except KeyboardInterrupt:
        line = ReplayProgress.load(file).lines + 1
        sys.stderr.write(f"Stopped. Run the same command again to resume at line {line}.\n")
        return INTERRUPTED


async def replay_file(
    file: Path, publisher: Publisher, replayer: Replayer, display: ReplayDisplay
) -> int:
    """Replay the file over this connection and return the exit code."""
    try:
        with display:
            await publisher.open()
            counts = await replayer.run(file)
    except TopologyError as error:
        sys.stderr.write(f"Cannot start: {error}\n")
        return NOT_STARTED
    finally:
        await publisher.close()
    sys.stderr.write(f"{counts.accepted} changes were accepted, {counts.refused} refused.\n")
    return 1 if counts.refused else 0
