"""The command ``mboc-ingest replay``: its exit codes and its last sentence."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from common.errors import QueueMismatchError
from ingest.replay.file import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from ingest.replay.replayer import Counts


def run_replay(file: Path, replay: Callable[[Path], Coroutine[None, None, Counts]]) -> int:
    """Replay the file and return the exit code. A run that Ctrl-C stops can go on later."""
    if not file.is_file():
        sys.stderr.write(f"There is no file {file}.\n")
        return 2
    try:
        counts = asyncio.run(replay(file))
    except KeyboardInterrupt:
        line = Place.remembered(file).lines + 1
        sys.stderr.write(f"Stopped. The same command goes on with line {line}.\n")
        return 130
    except QueueMismatchError as error:
        sys.stderr.write(f"Cannot start: {error}\n")
        return 2
    sys.stderr.write(f"{counts.accepted} changes were accepted, {counts.refused} refused.\n")
    return 1 if counts.refused else 0
