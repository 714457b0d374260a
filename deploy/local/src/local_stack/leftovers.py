"""Stops the processes of an earlier run by their ids, then RabbitMQ's name server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING

from local_stack.servers.rabbitmq import RabbitMq

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from local_stack.state import Identity, StateFile

TERM_TIMEOUT_S = 20.0
SERVERS = ("RabbitMQ", "MongoDB")


async def stop_leftovers(directory: Path, file: StateFile) -> list[str]:
    """Stop services, then servers, and return the names of those that were still running."""
    state = file.read()
    if state is None:
        return []
    alive = {name: identity for name, identity in state.processes.items() if identity.is_alive}
    await end([identity for name, identity in alive.items() if name not in SERVERS])
    await end([identity for name, identity in alive.items() if name in SERVERS])
    if "RabbitMQ" in state.processes:
        await RabbitMq(directory / "rabbitmq").end_name_server()
    file.remove()
    return list(alive)


async def wait_until_ended(identities: Iterable[Identity], within_s: float) -> bool:
    """Wait until all processes have ended, or return False after the timeout."""
    deadline = time.monotonic() + within_s
    while any(identity.is_alive for identity in identities):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.1)
    return True


async def end(identities: list[Identity]) -> None:
    """Stop the process groups, and kill those that do not end within the timeout."""
    _signal(identities, signal.SIGTERM)
    if not await wait_until_ended(identities, TERM_TIMEOUT_S):
        _signal(identities, signal.SIGKILL)
        await wait_until_ended(identities, TERM_TIMEOUT_S)


def _signal(identities: list[Identity], number: signal.Signals) -> None:
    for identity in identities:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(identity.pid, number)
