"""RabbitMQ and MongoDB with one user per service, from the files that `make env` writes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pymongo import IndexModel, MongoClient

from local_stack.processes import Started, ignore_start
from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.system import until

DEPLOY = Path(__file__).parents[2] / "deploy"
ROLES: dict[str, Any] = json.loads((DEPLOY / "mongodb" / "roles.json").read_text())
DATABASE = "mboc"


class Secrets:
    """The folder of secrets that `make env` fills."""

    def __init__(self, folder: Path) -> None:
        subprocess.run(  # noqa: S603 - our own script
            [DEPLOY / "make-env", folder], check=True, stdout=subprocess.DEVNULL
        )
        self._folder = folder / "secrets"

    def file(self, name: str) -> Path:
        """Return the path of a secret."""
        return self._folder / name

    def __getitem__(self, name: str) -> str:
        return self.file(name).read_text().strip()

    def at(self, name: str, url: str) -> str:
        """Return the address from a secret, with the host and port of the server under test."""
        return self[name].replace(
            urlsplit(self[name]).netloc.rpartition("@")[2], urlsplit(url).netloc.rpartition("@")[2]
        )


class RabbitMqWithUsers(RabbitMq):
    """A RabbitMQ that loads the definitions. It has no guest user."""

    def __init__(self, directory: Path, secrets: Secrets) -> None:
        super().__init__(directory)
        self._secrets = secrets

    @property
    def url(self) -> str:
        """The address of the administrator."""
        return super().url.replace(
            "guest:guest@", f"administrator:{self._secrets['rabbitmq-administrator-password']}@"
        )

    def _environment(self) -> dict[str, str]:
        environment = super()._environment()
        with (self._directory / "rabbitmq.conf").open("a") as file:
            file.write(f"load_definitions = {self._secrets.file('rabbitmq-definitions.json')}\n")
        return environment


class MongoDbWithUsers(MongoDb):
    """A MongoDB that requires a password."""

    def __init__(self, directory: Path, secrets: Secrets, started: Started = ignore_start) -> None:
        super().__init__(directory, started)
        self._secrets = secrets

    def _options(self) -> list[str]:
        key = self._directory / "key"
        key.unlink(missing_ok=True)
        key.touch(0o600)
        key.write_text(self._secrets["mongodb-key"])
        return [*super()._options(), "--keyFile", str(key)]

    async def give_users(self) -> None:
        """Create the users as `deploy/mongodb/init.js` does, once there is a primary."""
        password = self._secrets["mongodb-root-password"]
        with MongoClient[dict[str, Any]](self.url, directConnection=True) as first:
            await until(lambda: _as_primary(first), "a primary")
            first.admin.command("createUser", "root", pwd=password, roles=["root"])
        with self.as_root() as client:
            for service, collections in ROLES["services"].items():
                client[DATABASE].command(
                    "createRole", service, privileges=privileges(collections), roles=[]
                )
                url = urlsplit(self._secrets[f"{service}-mongodb-url"])
                client[DATABASE].command("createUser", service, pwd=url.password, roles=[service])
            for collection, indexes in ROLES["indexes"].items():
                client[DATABASE][collection].create_indexes(
                    [IndexModel(list(keys.items())) for keys in indexes]
                )

    def as_root(self) -> MongoClient[dict[str, Any]]:
        """Return a client with all rights."""
        return MongoClient(
            self.url, username="root", password=self._secrets["mongodb-root-password"]
        )


@dataclass(frozen=True)
class GuardedServers:
    """Both servers with the users of the services."""

    secrets: Secrets
    rabbitmq: RabbitMqWithUsers
    mongodb: MongoDbWithUsers


@contextlib.asynccontextmanager
async def guarded_servers_in(directory: Path) -> AsyncIterator[GuardedServers]:
    """Run both servers inside this block."""
    secrets = Secrets(directory)
    servers = GuardedServers(
        secrets,
        RabbitMqWithUsers(directory / "rabbitmq", secrets),
        MongoDbWithUsers(directory / "mongodb", secrets),
    )
    await asyncio.gather(servers.rabbitmq.start(), servers.mongodb.start())
    await servers.mongodb.give_users()
    yield servers
    await asyncio.gather(servers.rabbitmq.stop(), servers.mongodb.stop())


async def _as_primary(client: MongoClient[dict[str, Any]]) -> bool:
    return bool(client.admin.command("hello").get("isWritablePrimary"))


def privileges(collections: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Return the privileges of a role as MongoDB expects them."""
    return [
        {"resource": {"db": DATABASE, "collection": name}, "actions": ROLES["may"][may]}
        for may, names in collections.items()
        for name in names
    ]
