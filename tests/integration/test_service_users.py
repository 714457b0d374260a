"""Every service works as a user of its own at both servers, and has no rights of another
service.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from common import topology
from portal_api.store.indexes import INDEXES
from tests.support.builders import a_snapshot
from tests.support.service_users import (
    DATABASE,
    ROLES,
    GuardedServers,
    MongoDbWithUsers,
    Secrets,
)
from tests.support.system import ADMIN, ADMIN_PASSWORD, System, a_session, until

SERVICES = ("ingest", "dispatcher", "retry", "portal-api")
UNAUTHORIZED = 13


class SystemWithUsers(System):
    """A system in which each service has addresses of its own."""

    secrets: Secrets
    mongodb: MongoDbWithUsers

    async def start_as_itself(self, service: str, **settings: str) -> None:
        authorities = str(self.secrets.file("ca.pem"))
        urls = {
            "RABBITMQ_URL": self.secrets.at(f"{service}-rabbitmq-url", self.rabbitmq_url),
            "RABBITMQ_CA_FILE": authorities,
        }
        if service in ROLES["services"]:
            urls["MONGODB_URL"] = self.secrets.at(f"{service}-mongodb-url", self.mongodb_url)
            urls["MONGODB_CA_FILE"] = authorities
        await self.start(service, None, ready=True, **urls, **settings)


@pytest.fixture(scope="module")
async def guarded(
    guarded_servers: GuardedServers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SystemWithUsers]:
    directory, secrets = tmp_path_factory.mktemp("guarded-services"), guarded_servers.secrets
    rabbitmq, mongodb = guarded_servers.rabbitmq, guarded_servers.mongodb
    async with a_session() as http:
        running = SystemWithUsers(rabbitmq.url, mongodb.url, directory, http, DATABASE)
        running.secrets, running.mongodb = secrets, mongodb
        await running.start("simulator")
        await asyncio.gather(
            *(running.start_as_itself(service) for service in SERVICES if service != "retry")
        )
        await running.start_as_itself("retry", RetryJobCronExpression="* * * * * *")
        yield running
        await running.stop_all()


async def test_a_failed_change_is_retried_and_shown(guarded: SystemWithUsers) -> None:
    app = f"app-{uuid.uuid4().hex[:8]}"
    await guarded.hook(app)
    await guarded.simulated("PUT", app, "/faults", json={"status": 400})
    transaction = await guarded.change("create", a_snapshot(source_app=app))
    await guarded.delivery(transaction, "Failed")

    await guarded.simulated("DELETE", app, "/faults")

    found = await guarded.delivery(transaction, "Success")
    assert found["trigger"] == "Timer job"
    assert found["attempt"] > 1


async def test_a_connection_is_tested_and_its_result_comes_back(guarded: SystemWithUsers) -> None:
    connector_id = await guarded.hook(f"app-{uuid.uuid4().hex[:8]}")

    status, answer = await guarded.api("POST", f"/connectors/{connector_id}/test")

    assert status == 200, answer
    assert answer["passed"]


async def test_an_operation_is_carried_out(guarded: SystemWithUsers) -> None:
    app = f"app-{uuid.uuid4().hex[:8]}"
    await guarded.hook(app)
    transaction = await guarded.change("create", a_snapshot(source_app=app))
    delivery = await guarded.delivery(transaction, "Success")

    status, answer = await guarded.api(
        "POST", "/operations", json={"kind": "archive", "delivery_ids": [delivery["delivery_id"]]}
    )

    assert status in (200, 201, 202), answer
    await until(
        lambda: is_archived(guarded, delivery["delivery_id"]), "the delivery to be archived"
    )


async def test_an_unreadable_message_is_dead_lettered_and_shown(
    guarded: SystemWithUsers, guarded_servers: GuardedServers
) -> None:
    connection = await aio_pika.connect(guarded_servers.rabbitmq_url("ingest"))
    async with connection, await connection.channel() as channel:
        exchange = await channel.get_exchange(topology.TRANSACTIONS.name, ensure=False)

        await exchange.publish(
            aio_pika.Message(b"no transaction", delivery_mode=2, message_id=uuid.uuid4().hex), ""
        )

    await until(lambda: is_shown(guarded, "no transaction"), "the message to be shown")


async def test_a_change_waits_while_mongodb_does_not_take_the_dispatchers_password(
    guarded: SystemWithUsers,
) -> None:
    app = f"app-{uuid.uuid4().hex[:8]}"
    await guarded.hook(app)
    right = urlsplit(guarded.secrets["dispatcher-mongodb-url"]).password
    with guarded.mongodb.as_root() as root:
        root[DATABASE].command("updateUser", "dispatcher", pwd="made-up other password")
    await guarded.mongodb.stop()
    await guarded.mongodb.start()

    transaction = await guarded.change("create", a_snapshot(source_app=app))
    await until(
        lambda: is_unready(guarded, "dispatcher"), "the dispatcher to say that it is not ready"
    )
    with guarded.mongodb.as_root() as root:
        root[DATABASE].command("updateUser", "dispatcher", pwd=right)

    await guarded.delivery(transaction, "Success")
    await guarded.until_ready("dispatcher")


async def test_an_administrator_signs_in_and_sees_the_services(guarded: SystemWithUsers) -> None:
    status, answer = await guarded.api(
        "POST", "/session", json={"name": ADMIN, "password": ADMIN_PASSWORD}
    )

    assert status in (200, 201), answer
    await until(lambda: are_heard(guarded), "a heartbeat of every service")


async def is_unready(system: System, name: str) -> bool:
    return not await system.is_ready(name)


async def is_archived(system: System, delivery_id: str) -> bool:
    return bool((await system.api("GET", f"/deliveries/{delivery_id}"))[1]["archived"])


async def is_shown(system: System, body: str) -> bool:
    failed = await system.deliveries(status="Failed")
    shown = [
        await system.api("GET", f"/deliveries/{d['delivery_id']}")
        for d in failed
        if d["delivery_id"].startswith("dead-")
    ]
    return any(body in str(answer) for _, answer in shown)


async def are_heard(system: System) -> bool:
    _, status = await system.api("GET", "/status")
    return {*SERVICES} <= {replica["service"] for replica in status["services"]}


APPENDED = "audit"


@pytest.mark.parametrize(
    "act",
    [
        lambda audit: audit.update_one({}, {"$set": {"who": ""}}, upsert=True),
        lambda audit: audit.replace_one({}, {}),
        lambda audit: audit.find_one_and_update({}, {"$set": {"who": ""}}),
        lambda audit: audit.find_one_and_delete({}),
        lambda audit: audit.delete_one({}),
        lambda audit: audit.drop(),
        lambda audit: audit.rename("other"),
        lambda audit: audit.create_index("at", expireAfterSeconds=1),
        lambda audit: audit.drop_index("at_-1__id_-1"),
        lambda audit: audit.database.command("collMod", audit.name, validator={}),
        lambda audit: audit.aggregate([{"$match": {"who": ""}}, {"$out": audit.name}]),
        lambda audit: audit.aggregate([{"$project": {"who": ""}}, {"$merge": audit.name}]),
    ],
)
async def test_no_service_may_change_or_remove_a_line_of_the_audit(
    guarded_servers: GuardedServers, act: Callable[[Any], Any]
) -> None:
    with MongoClient[dict[str, Any]](guarded_servers.mongodb_url("portal-api")) as client:
        assert is_refused(lambda: act(client[DATABASE][APPENDED]))


async def test_the_audit_has_its_indexes_although_no_service_may_create_them(
    guarded: SystemWithUsers,
) -> None:
    await guarded.api("POST", "/users", json={})

    status, answer = await guarded.api("GET", "/audit", params={"action": "create_user"})

    assert status == 200, answer
    assert [entry["outcome"] for entry in answer["items"]] == [422]
    with guarded.mongodb.as_root() as root:
        indexes = root[DATABASE][APPENDED].index_information()
    assert {*indexes} == {"_id_", *(index.document["name"] for index in INDEXES[APPENDED])}


def is_refused(step: Any) -> bool:
    try:
        step()
    except OperationFailure as error:
        if error.code == UNAUTHORIZED:
            return True
        raise
    return False
