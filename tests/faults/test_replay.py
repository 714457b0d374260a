"""The command ``mboc-ingest replay``."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from local_stack.servers.rabbitmq import RabbitMq
from tests.support.builders import a_snapshot
from tests.support.system import System, a_session, until

WATERMARK = "set_vm_memory_high_watermark"


@pytest.fixture
async def operator(rabbitmq: RabbitMq, tmp_path: Path) -> AsyncIterator[System]:
    """The environment of the command."""
    async with a_session() as http:
        yield System(rabbitmq.url, "", tmp_path, http)


async def start_replay(operator: System, file: Path) -> asyncio.subprocess.Process:
    environment = operator.environment() | {"INGEST_CONFIRM_TIMEOUT_S": "1"}
    with (operator.directory / "output").open("wb") as output_file:
        return await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("mboc-ingest"),
            "replay",
            file,
            env=environment,
            stderr=output_file,
            start_new_session=True,
        )


def output(operator: System) -> str:
    return (operator.directory / "output").read_text()


def a_file(folder: Path, *bodies: Any) -> Path:
    file = folder / "[bold] changes.jsonl"
    lines = [{"source": "demo", "action": "update", "body": body} for body in bodies]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


async def test_a_bad_line_is_named_and_counted_and_sets_the_exit_code(
    operator: System, tmp_path: Path
) -> None:
    too_late = a_snapshot(2, modified="9999-12-31T23:59:59-05:00")
    file = a_file(tmp_path, a_snapshot(1), {"Id": 1, "\x1b[2J": 1}, too_late, a_snapshot(3))

    code = await (await start_replay(operator, file)).wait()

    assert code == 1
    assert "line 2 was not accepted: LastModifiedDate: is missing" in output(operator)
    assert "line 3 was not accepted: LastModifiedDate: lies outside" in output(operator)
    assert "2 changes were accepted, 2 refused." in output(operator)
    assert "\x1b[2J" not in output(operator)


async def test_a_replay_waits_while_rabbitmq_confirms_nothing_and_names_the_line_to_resume(
    operator: System, tmp_path: Path, rabbitmq: RabbitMq
) -> None:
    file = a_file(tmp_path, *map(a_snapshot, range(1, 600)))
    await rabbitmq.control(WATERMARK, "absolute", "1MB")
    try:
        stopped = await start_replay(operator, file)
        await until(prints(operator, "Waiting for it at line 1."), "the replay to wait")
        stopped.send_signal(signal.SIGINT)
        code = await stopped.wait()
    finally:
        await rabbitmq.control(WATERMARK, "0.4")

    assert code == 130
    assert "Run the same command again to resume at line 1." in output(operator)
    assert await (await start_replay(operator, file)).wait() == 0
    assert "599 changes were accepted, 0 refused." in output(operator)


def prints(operator: System, sentence: str) -> Any:
    async def ask() -> bool:
        return sentence in output(operator)

    return ask
