"""How a process begins to listen."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.applications import Starlette

from common.process import listening, run


def test_a_port_that_is_taken_is_named_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        async def serve(_: asyncio.Event) -> None:
            async with listening(Starlette(), "127.0.0.1", port):
                pass

        with pytest.raises(SystemExit) as ended:
            run(serve)

    assert (ended.value.code, capsys.readouterr().err) == (2, f"Cannot start: 127.0.0.1 port {port} cannot be listened on: Address already in use.\n")
