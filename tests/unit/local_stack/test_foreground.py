from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from local_stack import foreground
from local_stack.errors import LocalError
from local_stack.processes import ManagedProcess
from local_stack.services import program
from local_stack.state import Identity, State, StateFile


async def test_the_background_process_ends_and_this_one_takes_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_background = await ManagedProcess.start(
        "ingest", [sys.executable, "-c", "import time; time.sleep(60)"], {}, tmp_path / "it.log"
    )
    foreground.write_environment(tmp_path, "ingest", {"INGEST_PORT": "8601"})
    StateFile(tmp_path).write(
        State(
            runner=Identity.of(os.getpid()),
            processes={"ingest": Identity.of(in_background.pid)},
            is_ready=True,
        )
    )
    replaced: list[Any] = []
    monkeypatch.setattr(os, "execve", lambda *arguments: replaced.append(arguments))

    await foreground.foreground(tmp_path, "ingest")

    [(path, arguments, environment)] = replaced
    state = StateFile(tmp_path).read()
    assert (path, arguments) == (program("ingest"), [str(program("ingest"))])
    assert environment["INGEST_PORT"] == "8601"
    assert state is not None
    assert state.processes["ingest"] == Identity.of(os.getpid())
    await in_background.stop()
    assert in_background.returncode == -15


async def test_a_service_of_a_stopped_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="make up"):
        await foreground.foreground(tmp_path, "ingest")


def test_only_their_owner_may_read_the_settings(tmp_path: Path) -> None:
    foreground.write_environment(tmp_path, "retry", {"RABBITMQ_URL": "amqp://rabbit"})

    file = tmp_path / "settings" / "retry.json"
    assert json.loads(file.read_text()) == {"RABBITMQ_URL": "amqp://rabbit"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
