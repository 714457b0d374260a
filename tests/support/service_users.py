"""RabbitMQ and MongoDB with TLS alone and one user per service, from the files that `make env`
writes.
"""

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

from common.tls import with_authorities
from local_stack.processes import Started, ignore_start
from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.system import until

DEPLOY = Path(__file__).parents[2] / "deploy"
ROLES: dict[str, Any] = json.loads((DEPLOY / "mongodb" / "roles.json").read_text())
CONFIGURATION = DEPLOY / "rabbitmq" / "rabbitmq.conf"
MONGODB_TLS = {"tls": "true"}
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

    def with_authorities(self, url: str) -> str:
        """Return the address with the authority of the servers' certificates."""
        file = str(self.file("ca.pem"))
        is_amqp = url.startswith("amqps://")
        return with_authorities(
            url, {"cafile": file} if is_amqp else MONGODB_TLS | {"tlsCAFile": file}
        )

    def at(self, name: str, url: str) -> str:
        """Return the address from a secret, with the host and port of the server under test."""
        return self[name].replace(
            urlsplit(self[name]).netloc.rpartition("@")[2], urlsplit(url).netloc.rpartition("@")[2]
        )


class RabbitMqWithUsers(RabbitMq):
    """A RabbitMQ that loads the definitions and listens by TLS. It has no guest user."""

    def __init__(self, directory: Path, secrets: Secrets) -> None:
        super().__init__(directory)
        self._secrets = secrets

    @property
    def url(self) -> str:
        """The address of the administrator."""
        password = self._secrets["rabbitmq-administrator-password"]
        address = super().url.replace("amqp://guest:guest@", f"amqps://administrator:{password}@")
        return self._secrets.with_authorities(address)

    def _environment(self) -> dict[str, str]:
        environment = super()._environment()
        address = environment.pop("RABBITMQ_NODE_IP_ADDRESS")
        port = environment.pop("RABBITMQ_NODE_PORT")
        lines = [
            line.replace("/run/secrets", str(self._secrets.file("")))
            for line in CONFIGURATION.read_text().splitlines()
            if line.startswith(("load_definitions", "listeners", "ssl_options"))
        ]
        with (self._directory / "rabbitmq.conf").open("a") as file:
            file.write("\n".join(lines).replace(" = 5671", f" = {address}:{port}") + "\n")
        return environment


class MongoDbWithUsers(MongoDb):
    """A MongoDB that requires a password and TLS."""

    def __init__(self, directory: Path, secrets: Secrets, started: Started = ignore_start) -> None:
        super().__init__(directory, started)
        self._secrets = secrets

    def _options(self) -> list[str]:
        key = self._directory / "key"
        key.unlink(missing_ok=True)
        key.touch(0o600)
        key.write_text(self._secrets["mongodb-key"])
        options = [*super()._options(), "--keyFile", str(key)]
        return [
            *options,
            "--tlsMode=requireTLS",
            "--tlsAllowConnectionsWithoutCertificates",
            f"--tlsCertificateKeyFile={self._secrets.file('mongodb.pem')}",
            f"--tlsCAFile={self._secrets.file('ca.pem')}",
        ]

    def _client_options(self) -> dict[str, Any]:
        return {"tls": True, "tlsCAFile": str(self._secrets.file("ca.pem"))}

    async def give_users(self) -> None:
        """Create the users as `deploy/mongodb/init.js` does, once there is a primary."""
        password = self._secrets["mongodb-root-password"]
        with MongoClient[dict[str, Any]](
            self.url, directConnection=True, **self._client_options()
        ) as first:
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
            self.url,
            username="root",
            password=self._secrets["mongodb-root-password"],
            **self._client_options(),
        )


@dataclass(frozen=True)
class GuardedServers:
    """Both servers with the users of the services."""

    secrets: Secrets
    rabbitmq: RabbitMqWithUsers
    mongodb: MongoDbWithUsers

    def rabbitmq_url(self, service: str, vhost: str = "") -> str:
        """Return the address for the user of a service, or for the administrator."""
        if service == "administrator":
            url = self.rabbitmq.url
        else:
            url = self.secrets.with_authorities(
                self.secrets.at(f"{service}-rabbitmq-url", self.rabbitmq.url)
            )
        return url.replace("/?", f"/{vhost}?")

    def mongodb_url(self, service: str) -> str:
        """Return the address for the user of a service."""
        return self.secrets.with_authorities(
            self.secrets.at(f"{service}-mongodb-url", self.mongodb.url)
        )


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
