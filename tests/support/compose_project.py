"""The shipped docker-compose.yml as a project of its own, with the demo's planners at work."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from local_stack.errors import LocalError
from local_stack.seed import DEMO_CONNECTORS
from local_stack.servers.ports import random_free_port
from local_stack.system_client import SystemClient, open_session
from tests.support.service_users import Secrets
from tests.support.system import until

ROOT = Path(__file__).parents[2]
PUBLISHED = ("PORTAL_API", "INGEST", "SIMULATOR", "RABBITMQ_MANAGEMENT", "PROMETHEUS", "GRAFANA")
PROFILES = ("--profile", "demo", "--profile", "monitoring")
DISPATCHERS = 3
PAGE = 200
LONGEST_S = 900.0
KILL = """
import os, pathlib, signal
for place in pathlib.Path("/proc").glob("[0-9]*"):
    if b"/opt/app/bin/serve" in (place / "cmdline").read_bytes() and place.name != str(os.getpid()):
        os.kill(int(place.name), signal.SIGKILL)
"""


class DeliveryTotals(NamedTuple):
    """Totals of all accepted changes, by status and as the back offices counted them."""

    accepted: int
    statuses: Counter[str]
    stored: int
    repeated: int
    out_of_order: int

    def __str__(self) -> str:
        came_to = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.accepted} accepted: {came_to}; {self.repeated} sent twice, "
            f"{self.out_of_order} stale"
        )


class ComposeProject:
    """A compose project that is operated by the commands of the documentation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._project = f"mboc-test-{uuid.uuid4().hex[:6]}"
        self._command = shlex.split(os.environ.get("COMPOSE") or "docker compose")
        self._ports = {name: random_free_port() for name in PUBLISHED}
        self._forgotten = 0
        self._api_key = ""
        self._http = open_session()
        self.outside = SystemClient(self._http, self.addresses, self._api_key)

    @property
    def addresses(self) -> dict[str, str]:
        """The addresses of the services that publish a port."""
        return {
            name.lower().replace("_", "-"): f"http://127.0.0.1:{self._ports[name]}"
            for name in ("PORTAL_API", "INGEST", "SIMULATOR")
        }

    async def begin(self) -> None:
        """Install the project as the documentation describes."""
        assert shutil.which(self._command[0]), (
            f"{self._command[0]} is needed: Docker Compose, or COMPOSE names what takes its place"
        )
        secrets = Secrets(self._folder)
        published = {f"{name}_PUBLISHED": f"127.0.0.1:{port}" for name, port in self._ports.items()}
        self.change_settings(
            SECRETS_FOLDER=str(self._folder / "secrets"),
            MBOC_VERSION="test-old",
            DISPATCHERS=str(DISPATCHERS),
            SIMULATOR_RATE="0",
            **published,
        )
        self._api_key = secrets["portal-api-key"]
        self.outside = SystemClient(self._http, self.addresses, self._api_key)
        with timed("built"):
            await self.compose(*PROFILES, "build")
        with timed(f"up and ready, with {DISPATCHERS} dispatchers"):
            await self.compose(*PROFILES, "up", "--detach")
            await self.until_ready()

    async def end(self) -> None:
        """Remove everything but the images, because the next run builds on them."""
        with contextlib.suppress(AssertionError):
            await self.compose(*PROFILES, "--profile", "backup", "down", "--volumes")
        await self._http.close()

    def change_settings(self, **settings: str) -> None:
        """Change settings in .env as an administrator does. The last line of a name counts."""
        with (self._folder / ".env").open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in settings.items())

    def renew(self, secret: str) -> None:
        """Replace a secret by another value."""
        (self._folder / "secrets" / secret).unlink()
        Secrets(self._folder)

    async def compose(self, *words: str) -> str:
        """Run a command of compose."""
        return await self._run(*self._words, *words)

    async def script(self, name: str, *words: str | Path, **environment: str) -> str:
        """Run a script of `deploy`."""
        return await self._run(
            ROOT / "deploy" / name, *words, COMPOSE=shlex.join(self._words), **environment
        )

    async def smoke(self) -> str:
        """Run the smoke check of the README."""
        told = {"LOCAL_ADDRESSES": json.dumps(self.addresses), "LOCAL_API_KEY": self._api_key}
        return await self._run(ROOT / ".venv" / "bin" / "mboc-local", "smoke", **told)

    async def kill_a_dispatcher(self) -> None:
        """Kill one dispatcher without warning. Docker starts it again."""
        await self.compose("exec", "-T", "--index", "2", "dispatcher", "python", "-c", KILL)

    async def images(self) -> set[str]:
        """Return the versions of our running services."""
        answer = await self.compose("ps", "--format", "json")
        found = (
            json.loads(answer)
            if answer.lstrip().startswith("[")
            else [json.loads(line) for line in answer.splitlines() if line.startswith("{")]
        )
        return {
            one["Image"].rpartition(":")[2]
            for one in found
            if one["Service"] in ("ingest", "dispatcher", "retry", "portal-api")
        }

    async def until_ready(self, dispatchers: int = DISPATCHERS) -> None:
        """Wait until every service is ready and the demo's connectors exist."""
        await until(lambda: self._are_ready(dispatchers), "every service to be ready", LONGEST_S)

    async def set_rate(self, rate: float) -> None:
        """Set the planners' rate of changes per second."""
        await self.outside.simulator("PUT", "/planners", json={"rate": rate})

    async def accepted(self) -> int:
        """Return the number of changes that ingest has accepted."""
        return int((await self.outside.simulator("GET", "/planners"))["accepted"])

    async def until_accepted(self, more: int) -> None:
        """Wait until ingest has accepted this many more changes."""
        begin = await self.accepted()

        async def ask() -> bool:
            return await self.accepted() >= begin + more

        await until(ask, f"{more} more changes to be accepted", LONGEST_S)

    async def settled(self) -> DeliveryTotals:
        """Stop the planners, wait until every accepted change has a status, and return the
        totals.
        """
        await self.set_rate(0)
        await until(
            self._all_is_told, "everything that was accepted to come to a status", LONGEST_S
        )
        return await self.totals()

    async def totals(self) -> DeliveryTotals:
        """Return the current totals."""
        deliveries = await self._deliveries()
        offices = (await self.outside.simulator("GET", "/back-offices")).values()
        sums = (
            sum(office[name] for office in offices)
            for name in ("stored", "repeated", "out_of_order")
        )
        return DeliveryTotals(
            await self.accepted() - self._forgotten, Counter(d["status"] for d in deliveries), *sums
        )

    async def paused_retry(self) -> str:
        """Begin a retry that is paused after almost no deliveries, and return its id."""
        asked = {"kind": "retry", "filter": {"status": "Failed"}, "per_second": 0.01}
        operation_id = str(
            (await self.outside.api("POST", "/operations", json=asked))["operation_id"]
        )
        await self.outside.api("POST", f"/operations/{operation_id}/pause")
        await self.until_operation(operation_id, "paused")
        return operation_id

    async def until_operation(self, operation_id: str, state: str) -> None:
        """Wait until the operation has this state."""

        async def ask() -> bool:
            return bool(
                (await self.outside.api("GET", f"/operations/{operation_id}"))["state"] == state
            )

        await until(ask, f"the operation to be {state}", LONGEST_S)

    def forget(self, changes: int) -> None:
        """Subtract these changes from the accepted ones, because a restore removed them."""
        self._forgotten += changes

    @property
    def _words(self) -> list[str]:
        return [
            *self._command,
            "--env-file",
            str(self._folder / ".env"),
            "--project-name",
            self._project,
        ]

    async def _run(self, *words: str | Path, **environment: str) -> str:
        pipe, told = asyncio.subprocess.PIPE, os.environ | environment
        process = await asyncio.create_subprocess_exec(
            *words, cwd=ROOT, env=told, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
        async with asyncio.timeout(LONGEST_S):
            out, trouble = await process.communicate()
        assert process.returncode == 0, (
            f"{' '.join(map(str, words))} ended with {process.returncode}:\n"
            f"{(out + trouble).decode()[-3000:]}"
        )
        return out.decode()

    async def _are_ready(self, dispatchers: int) -> bool:
        with contextlib.suppress(LocalError):
            connectors = (await self.outside.api("GET", "/connectors"))["items"]
            ready = Counter(
                s["service"]
                for s in (await self.outside.api("GET", "/status"))["services"]
                if s["ready"] and not s["silent"]
            )
            near = [await self.outside.is_ready(name) for name in self.addresses]
            return bool(
                all(near)
                and len(connectors) == len(DEMO_CONNECTORS)
                and ready["dispatcher"] >= dispatchers
                and ready["retry"] >= 1
            )
        return False

    async def _all_is_told(self) -> bool:
        with contextlib.suppress(LocalError):
            planners = await self.outside.simulator("GET", "/planners")
            assert planners["refused"] == 0
            if planners["posted"] == planners["accepted"]:
                return (
                    sum(bool(d["status"]) for d in await self._deliveries())
                    == int(planners["accepted"]) - self._forgotten
                )
        await asyncio.sleep(1)
        return False

    async def _deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        query = {"limit": str(PAGE)}
        while True:
            page = await self.outside.api("GET", "/deliveries", params=query)
            found += page["items"]
            if not page["next"]:
                return found
            query["after"] = page["next"]


@contextlib.contextmanager
def timed(step: str) -> Iterator[None]:
    """Print how long the step took."""
    began = time.monotonic()
    yield
    print(f"  {step}: {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201 - its result
