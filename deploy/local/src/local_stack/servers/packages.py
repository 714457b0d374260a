"""Installs missing Debian packages where that is allowed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from local_stack.errors import COMPOSE_INSTEAD, LocalError

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICY = Path("/usr/sbin/policy-rc.d")
START_NOTHING = "#!/bin/sh\nexit 101\n"
APT = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120")


async def install(package: str) -> None:
    """Install the package without starting its services. Raises LocalError when the installation is
    impossible.
    """
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise LocalError(
            f"{package} is not installed, and cannot be without root and apt-get. {COMPOSE_INSTEAD}"
        )
    with _no_service_started():
        for words in (("update",), ("install", "--no-install-recommends", package)):
            if await _quietly(*APT, *words) != 0:
                raise LocalError(
                    f"{package} could not be installed: apt-get {words[0]} failed. "
                    f"{COMPOSE_INSTEAD}"
                )


@contextlib.contextmanager
def _no_service_started() -> Iterator[None]:
    """Install a policy that starts no service, unless the machine has its own policy."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text(START_NOTHING)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


async def _quietly(*words: str) -> int:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *words, env=environment, stdin=nowhere, stdout=nowhere, stderr=nowhere
    )
    return await process.wait()
