from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local_stack.errors import LocalError
from local_stack.leftovers import stop_leftovers
from local_stack.processes import ManagedProcess
from local_stack.state import Identity, State, StateFile

DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', "
    "flush=True); time.sleep(60)"
)


async def started(tmp_path: Path, code: str) -> ManagedProcess:
    return await ManagedProcess.start(
        "it", [sys.executable, "-c", code], {"TOLD": "this"}, tmp_path / "logs" / "it.log"
    )


async def test_it_is_told_its_environment_and_its_words_are_kept(tmp_path: Path) -> None:
    process = await started(tmp_path, "import os, sys; print(os.environ['TOLD']); sys.exit(3)")

    with pytest.raises(LocalError, match=r"exit code 3.*it\.log"):
        await process.until(_never, within_s=20)

    assert process.log.read_text() == "this\n"


async def test_one_that_does_not_become_ready_is_named(tmp_path: Path) -> None:
    process = await started(tmp_path, "import time; time.sleep(60)")

    with pytest.raises(LocalError, match="it did not become ready"):
        await process.until(_never, within_s=0.2)

    await process.kill()


async def test_one_that_is_asked_to_stop_ends(tmp_path: Path) -> None:
    process = await started(tmp_path, "import time; time.sleep(60)")

    await process.stop()

    assert process.returncode == -15


async def test_one_that_does_not_listen_is_killed_after_the_deadline(tmp_path: Path) -> None:
    process = await started(tmp_path, DEAF)
    await process.until(lambda: _has_said(process, "deaf"), within_s=20)

    await process.stop(within_s=0.2)

    assert process.returncode == -9


async def test_what_a_crashed_run_left_is_ended_and_named(tmp_path: Path) -> None:
    process = await started(tmp_path, "import time; time.sleep(60)")
    StateFile(tmp_path).write(
        State(runner=Identity(pid=2**22 + 1, began="1"), processes={"it": Identity.of(process.pid)})
    )

    named = await stop_leftovers(tmp_path, StateFile(tmp_path))

    await process.stop()
    assert (named, process.returncode, StateFile(tmp_path).read()) == (["it"], -15, None)


async def test_a_process_that_took_over_an_id_is_left_alone(tmp_path: Path) -> None:
    process = await started(tmp_path, "import time; time.sleep(60)")
    StateFile(tmp_path).write(
        State(
            runner=Identity(pid=2**22 + 1, began="1"),
            processes={"it": Identity(pid=process.pid, began="1")},
        )
    )

    named = await stop_leftovers(tmp_path, StateFile(tmp_path))

    assert (named, process.returncode) == ([], None)
    await process.kill()


async def _never() -> bool:
    return False


async def _has_said(process: ManagedProcess, word: str) -> bool:
    return word in process.log.read_text()
