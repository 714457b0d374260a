"""A certified OpenID Connect provider as a process of its own, for sign-ins in a browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from local_stack.servers.ports import random_free_port
from tests.support.forging_provider import CLIENT_ID, CLIENT_SECRET

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "identity-provider"
NPM = ROOT / "services" / "portal-web" / "npm"
INSTALLED = FOLDER / "node_modules" / ".installed"
START_TIMEOUT_S, INSTALL_TIMEOUT_S, END_TIMEOUT_S = 30, 180, 10


@contextlib.asynccontextmanager
async def identity_provider(redirect_uri: str, accounts: dict[str, Any]) -> AsyncIterator[str]:
    """Run the provider inside this block, and return its issuer.

    ``accounts`` holds the claims of each login. The issuer is on ``localhost``, so that it is
    another site than the portal on ``127.0.0.1``.
    """
    if not INSTALLED.exists():
        await _output(NPM, "--prefix", FOLDER, "ci", "--ignore-scripts", "--silent")
        INSTALLED.touch()
    node = await _output(NPM, "exec", "--silent", "-c", "node -p process.execPath")
    port = random_free_port()
    issuer = f"http://localhost:{port}"
    client = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uris": [redirect_uri],
    }
    settings = {"issuer": issuer, "port": port, "clients": [client], "accounts": accounts}
    process = await asyncio.create_subprocess_exec(
        node.strip(),
        FOLDER / "provider.mjs",
        json.dumps(settings),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_TIMEOUT_S):
            assert await process.stdout.readline() == b"ready\n"
        yield issuer
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), END_TIMEOUT_S)


async def _output(*command: str | Path) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(INSTALL_TIMEOUT_S):
        output, _ = await process.communicate()
    assert process.returncode == 0, command
    return output.decode()
