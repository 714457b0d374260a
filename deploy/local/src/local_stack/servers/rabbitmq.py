"""RabbitMQ: one node on the loopback addresses, which shares nothing with other nodes of the
machine.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from pathlib import Path

import aio_pika
from aio_pika.exceptions import AMQPError

from local_stack.errors import LocalError
from local_stack.processes import ManagedProcess, Started, ignore_start
from local_stack.servers.packages import install
from local_stack.servers.ports import choose_ports, is_free, saved_ports

DEBIANS = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's ``rabbitmq-server`` on the PATH would change the user first. ``rabbitmqctl`` is in the
same folder.
"""
LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 30.0


def is_missing() -> bool:
    """Whether the server must be installed first."""
    return not DEBIANS.exists() and shutil.which("rabbitmq-server") is None


async def program() -> str:
    """Return the server's program, and install it if needed. Raises LocalError."""
    if is_missing():
        await install("rabbitmq-server")
    return (
        str(DEBIANS) if DEBIANS.exists() else shutil.which("rabbitmq-server") or "rabbitmq-server"
    )


class RabbitMq:
    """One node with its data, name and ports in a directory."""

    def __init__(self, directory: Path, started: Started = ignore_start) -> None:
        self._directory = directory.resolve()
        self._started = started
        self._ports = saved_ports(self._ports_file)
        self._process: ManagedProcess | None = None

    @property
    def url(self) -> str:
        """The address for clients, available after the start."""
        return f"amqp://guest:guest@127.0.0.1:{self._ports['amqp']}/"

    async def start(self) -> None:
        """Install the server if needed, start it and wait until it accepts connections. A second
        start uses the same ports.
        """
        server = await program()
        if self._process is None:
            self._ports = choose_ports(
                self._ports_file, dict.fromkeys(("amqp", "distribution", "epmd"))
            )
        log = self._directory / "rabbitmq.log"
        self._process = await ManagedProcess.start("RabbitMQ", [server], self._environment(), log)
        self._started(self._process)
        await self._process.until(self._answers, START_TIMEOUT_S)

    async def stop(self) -> None:
        """Stop the node, and its name server."""
        if self._process is not None:
            await self._process.stop(STOP_TIMEOUT_S)
            await self.end_name_server()

    async def kill(self) -> None:
        """Kill the node, as in a crash."""
        if self._process is not None:
            await self._process.kill()
            await self.end_name_server()

    async def control(self, *words: str) -> str:
        """Run a command of ``rabbitmqctl`` on this node, and return its output. Raises LocalError
        when it fails.
        """
        process = await asyncio.create_subprocess_exec(
            Path(await program()).with_name("rabbitmqctl"),
            *words,
            env=os.environ | self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode != 0:
            raise LocalError(f"rabbitmqctl {words[0]} failed: {output.decode()[-300:]}")
        return output.decode()

    async def end_name_server(self) -> None:
        """Stop the epmd that this node started on its own port. epmd refuses while the node is
        still registered.
        """
        if "epmd" not in self._ports:
            return
        environment, nowhere = os.environ | self._name_server(), asyncio.subprocess.DEVNULL
        epmd = shutil.which("epmd") or "epmd"
        for _ in range(20):
            process = await asyncio.create_subprocess_exec(
                epmd, "-kill", env=environment, stdout=nowhere, stderr=nowhere
            )
            if await process.wait() == 0:
                return
            await asyncio.sleep(0.1)

    @property
    def _ports_file(self) -> Path:
        return self._directory / "ports.json"

    def _environment(self) -> dict[str, str]:
        here = self._directory
        (here / "home").mkdir(parents=True, exist_ok=True)
        (here / "plugins").write_text("[].\n")
        (here / "rabbitmq.conf").write_text(
            "loopback_users.guest = true\nlog.file.level = warning\n"
        )
        return self._name_server() | {
            "HOME": str(here / "home"),
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq"),
            "RABBITMQ_DIST_PORT": str(self._ports["distribution"]),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "plugins"),
            "RABBITMQ_LOG_BASE": str(here / "log"),
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_NODENAME": f"{self._name()}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._ports["amqp"]),
            "RABBITMQ_PID_FILE": str(here / "node.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": LOOPBACK,
        }

    def _name_server(self) -> dict[str, str]:
        return {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(self._ports["epmd"])}

    def _name(self) -> str:
        """Return the node's name. The data can only be read under the name that wrote it."""
        file = self._directory / "name"
        if not file.exists():
            file.write_text(f"mboc-{uuid.uuid4().hex[:8]}")
        return file.read_text()

    async def _answers(self) -> bool:
        if is_free(self._ports["amqp"]):
            return False
        try:
            connection = await aio_pika.connect(self.url, timeout=2)
        except (AMQPError, OSError, TimeoutError):
            return False
        await connection.close()
        return True
