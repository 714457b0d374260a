"""One service of the running system in this terminal, with the settings that it had in the
background.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from local_stack.errors import LocalError
from local_stack.leftovers import end
from local_stack.private_file import write_private
from local_stack.services import program
from local_stack.state import Identity, StateFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_environment(directory: Path, name: str, environment: Mapping[str, str]) -> None:
    """Write the settings of a service for `foreground`, readable by their owner only."""
    write_private(_file(directory, name), json.dumps(environment, indent=1))


async def foreground(directory: Path, name: str) -> int:
    """Stop the service, and replace this process by a new one of it. Raises LocalError."""
    file = StateFile(directory)
    state = file.read()
    if state is None or not state.is_ready or not state.runner.is_alive:
        raise LocalError("Nothing is running. Run `make up` first.")
    await end([state.processes[name]])
    # The replaced process keeps the id and the start time of this one.
    state.processes[name] = Identity.of(os.getpid())
    file.write(state)
    environment = json.loads(_file(directory, name).read_text())
    os.execve(program(name), [str(program(name))], os.environ | environment)  # noqa: S606 - no shell


def _file(directory: Path, name: str) -> Path:
    return directory / "settings" / f"{name}.json"
