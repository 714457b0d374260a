"""The status of the running system, its readiness and its addresses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from local_stack.figures import read_figures
from local_stack.table import line, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_stack.credentials import Credentials
    from local_stack.state import State
    from local_stack.system_client import SystemClient


async def status(
    state: State, client: SystemClient, credentials: Credentials, say: Callable[[str], None]
) -> bool:
    """Print the status, and return whether everything is ready."""
    names = list(state.processes)
    found = await asyncio.gather(*(_state(name, state, client) for name in names))
    for name, word in zip(names, found, strict=True):
        say(
            f"{name:<12} {word:<10} pid {state.processes[name].pid:<8} "
            f"{state.addresses.get(name, '')}"
        )
    say(sign_in(state.addresses.get("portal-api", ""), credentials))
    say(line(await read_figures(client)))
    return state.is_ready and all(word in {"ready", "running"} for word in found)


async def _state(name: str, state: State, client: SystemClient) -> str:
    if not state.processes[name].is_alive:
        return "ended"
    if name not in state.addresses:
        return "running"
    return "ready" if await client.is_ready(name) else "not ready"
