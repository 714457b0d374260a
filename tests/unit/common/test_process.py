"""The start of a process, and its background tasks."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.applications import Starlette

from common.errors import QueueMismatchError
from common.process import run, run_background, serve_http


def test_a_port_that_is_taken_is_named_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        async def serve(_: asyncio.Event) -> None:
            async with serve_http(Starlette(), "127.0.0.1", port):
                pass

        with pytest.raises(SystemExit) as ended:
            run(serve)

    assert (ended.value.code, capsys.readouterr().err) == (
        2,
        f"Cannot start: 127.0.0.1 port {port} cannot be listened on: Address already in use.\n",
    )


def test_a_queue_with_other_arguments_is_named_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def serve(_: asyncio.Event) -> None:
        raise QueueMismatchError("RabbitMQ has the queue lane with other arguments (type).")

    with pytest.raises(SystemExit) as ended:
        run(serve)

    assert (ended.value.code, capsys.readouterr().err) == (
        2,
        "Cannot start: RabbitMQ has the queue lane with other arguments (type).\n",
    )


async def test_work_in_the_background_that_a_library_cancels_does_not_end_unnoticed() -> None:
    async def cut() -> None:
        waiting = asyncio.get_running_loop().create_future()
        waiting.cancel()
        await waiting

    with pytest.raises(ExceptionGroup) as raised:
        async with run_background(cut()):
            await asyncio.Event().wait()

    assert raised.group_contains(RuntimeError, match="without a request")


async def test_work_in_the_background_ends_with_its_block() -> None:
    ended: list[bool] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async with run_background(wait()):
        await asyncio.sleep(0)

    assert ended == [True]
