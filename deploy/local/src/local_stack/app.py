"""``mboc-local``: the composition root, and the only module that reads settings."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from common.settings import load
from local_stack.background import down, up
from local_stack.credentials import credentials
from local_stack.errors import LocalError
from local_stack.foreground import foreground
from local_stack.services import WANTED_PORTS
from local_stack.settings import Settings
from local_stack.smoke import smoke
from local_stack.state import StateFile
from local_stack.status import status
from local_stack.system import running
from local_stack.system_client import SystemClient, open_session
from local_stack.table import header, show

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

COMMANDS = {
    "run": "start everything and show the figures until Ctrl-C",
    "up": "start everything in the background",
    "down": "stop everything",
    "status": "show the running processes, their readiness and addresses",
    "smoke": "send one real change through the running system",
    "service": "run one service of the running system in this terminal, until Ctrl-C",
}


def main() -> None:
    """Run one command and end with its exit code."""
    parser = argparse.ArgumentParser(
        prog="mboc-local", description="Run the whole system on this machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, sentence in COMMANDS.items():
        commands.add_parser(name, help=sentence, description=sentence)
    commands.choices["run"].add_argument(
        "--background", action="store_true", help="show no table, as `up` does"
    )
    commands.choices["service"].add_argument("name", choices=WANTED_PORTS)
    arguments = parser.parse_args()
    try:
        raise SystemExit(asyncio.run(_command(arguments, load(Settings))))
    except LocalError as error:
        sys.exit(str(error))


def _command(arguments: argparse.Namespace, settings: Settings) -> Coroutine[None, None, int]:
    directory = settings.directory.resolve()
    match arguments.command:
        case "up":
            return up(directory, _say)
        case "down":
            return down(directory, _say)
        case "service":
            return foreground(directory, arguments.name)
        case "run":
            return _run(settings, in_background=arguments.background)
        case "smoke" if settings.addresses:
            return _smoke_elsewhere(settings.addresses, settings.api_key.get_secret_value())
        case _:
            return _of_the_running(settings, arguments.command)


async def _run(settings: Settings, *, in_background: bool) -> int:
    """Start everything, wait for the stop, and stop everything."""
    _stop_when_asked(asyncio.current_task())
    with contextlib.suppress(asyncio.CancelledError):
        async with open_session() as http, running(settings, http, _say) as system:
            if in_background:
                _say("\n".join(header(system)))
                await asyncio.Event().wait()
            await show(system, Console())
    return 0


def _stop_when_asked(task: asyncio.Task[int] | None) -> None:
    """Cancel the task at the first SIGINT or SIGTERM. Later signals are ignored, because the
    shutdown is under way.
    """
    asked: list[int] = []

    def ask(number: int) -> None:
        if not asked and task is not None:
            task.cancel()
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ask, number)


async def _smoke_elsewhere(addresses: Mapping[str, str], api_key: str) -> int:
    async with open_session() as http:
        return 0 if await smoke(SystemClient(http, addresses, api_key), addresses, _say) else 1


async def _of_the_running(settings: Settings, command: str) -> int:
    directory = settings.directory.resolve()
    state = StateFile(directory).read()
    if state is None or not state.runner.is_alive:
        raise LocalError("Nothing is running: `make up` or `make run` starts it.")
    async with open_session() as http:
        saved = credentials(directory)
        client = SystemClient(http, state.addresses, saved.api_key)
        is_well = (
            status(state, client, saved, _say)
            if command == "status"
            else smoke(client, state.addresses, _say)
        )
        return 0 if await is_well else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
