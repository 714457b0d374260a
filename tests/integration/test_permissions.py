"""Real servers allow each service the actions of docs/permissions.md, and no other action."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

import aiormq
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from common import topology
from common.broker import Publisher, connect
from common.contracts.delivery import DeliveryRequested, Trigger
from common.errors import MissingTopologyError
from retry.model.candidate import Claimant, RequeueCandidate, RequeueClaim
from retry.publishing import RetryPublisher
from tests.support.builders import a_transaction
from tests.support.permission_probe import (
    BrokerProbe,
    allowed_on_collection,
    broker_probe,
    dead_lettering_attempts,
    exchange_attempts,
    is_permitted,
    published,
    queue_attempts,
)
from tests.support.service_users import DATABASE, ROLES, GuardedServers
from tools.docs.permissions_page import (
    QUEUES,
    collection_acts,
    collections,
    exchange_acts,
    queue_acts,
)

TRIED, INCOMPLETE = "permissions", "incomplete"
CALCULATED = "function() { return true }"
SERVICES = topology.SERVICES.values()
A_LANE = topology.lane("a-connector")
ALL_QUEUES = (*topology.QUEUES, A_LANE)
PREDEFINED = ("amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match")


def on_other_hosts(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the definitions for the virtual hosts of this module instead of the default one."""
    hosts = (TRIED, INCOMPLETE)
    return {
        name: [item | {"vhost": host} for item in items for host in hosts]
        if items and "vhost" in items[0]
        else items
        for name, items in definitions.items()
    } | {"vhosts": [{"name": host} for host in hosts]}


@pytest.fixture(scope="module")
async def hosts(guarded_servers: GuardedServers) -> tuple[str, str]:
    """RabbitMQ with two more virtual hosts. In one, each queue holds a message."""
    rabbitmq, secrets = guarded_servers.rabbitmq, guarded_servers.secrets
    definitions = json.loads(secrets.file("rabbitmq-definitions.json").read_text())
    file = secrets.file("definitions-of-other-hosts.json")
    file.write_text(json.dumps(on_other_hosts(definitions)))
    await rabbitmq.control("import_definitions", str(file))
    connection = await aiormq.connect(guarded_servers.rabbitmq_url("administrator", TRIED))
    channel = await connection.channel()
    await channel.queue_declare(A_LANE.name, durable=True, arguments=dict(A_LANE.arguments))
    for queue in ALL_QUEUES:
        await channel.basic_publish(b"[]", routing_key=queue.name)
    await connection.close()
    return TRIED, INCOMPLETE


@pytest.fixture(params=SERVICES, ids=list(topology.SERVICES))
async def service(request: pytest.FixtureRequest) -> topology.ServiceTopology:
    found: topology.ServiceTopology = request.param
    return found


@pytest.fixture
async def probe(
    guarded_servers: GuardedServers, hosts: tuple[str, str], service: topology.ServiceTopology
) -> AsyncIterator[BrokerProbe]:
    async with broker_probe(guarded_servers.rabbitmq_url(service.name, hosts[0])) as opened:
        yield opened


async def test_rabbitmq_allows_at_exchanges_only_the_documented_actions(
    probe: BrokerProbe, service: topology.ServiceTopology
) -> None:
    allowed = {
        exchange.name: await probe.allowed(exchange_attempts(exchange, service.name))
        for exchange in topology.EXCHANGES
    }

    assert allowed == {
        exchange.name: exchange_acts(service, exchange.name)
        | ({"unbind", "bind to own exchange"} if exchange in service.reads else frozenset())
        | ({"bind own exchange"} if exchange in service.writes else frozenset())
        for exchange in topology.EXCHANGES
    }


async def test_rabbitmq_allows_with_queues_only_the_documented_actions(
    probe: BrokerProbe, service: topology.ServiceTopology
) -> None:
    also = {"bind": "unbind", "consume": "get"}

    allowed = {
        queue.name: await probe.allowed(queue_attempts(queue, service.name)) for queue in ALL_QUEUES
    }

    documented = {queue.name: queue_acts(service, queue) for queue in ALL_QUEUES}
    assert allowed == {
        name: acts | {other for act, other in also.items() if act in acts}
        for name, acts in documented.items()
    }
    assert documented[A_LANE.name] == queue_acts(service, QUEUES[-1])


async def test_rabbitmq_allows_nothing_at_other_exchanges_and_queues(
    probe: BrokerProbe, service: topology.ServiceTopology
) -> None:
    others = [topology.Exchange(name, "direct") for name in ("", *PREDEFINED)]
    foreign = [
        topology.Queue(f"{other.name}.loopback.0", topology.TELEMETRY)
        for other in SERVICES
        if other is not service
    ]

    at_exchanges = [
        await probe.allowed(exchange_attempts(exchange, service.name)) for exchange in others
    ]
    with_queues = [
        await probe.allowed(queue_attempts(queue, service.name))
        for queue in (*foreign, topology.Queue("amq_loopback.0", topology.TELEMETRY))
    ]
    at_loopbacks = [
        await probe.is_allowed(published(other.loopback.name))
        for other in SERVICES
        if other is not service
    ]
    by_declarations = await probe.allowed(dead_lettering_attempts(service.name, A_LANE))

    assert [*filter(None, at_exchanges), *filter(None, with_queues)] == []
    assert at_loopbacks == [False] * 3
    assert by_declarations == frozenset()


@pytest.fixture
async def incomplete(
    guarded_servers: GuardedServers, hosts: tuple[str, str]
) -> Callable[[topology.ServiceTopology], Publisher]:
    """Returns a service's publisher on the virtual host without lanes."""

    def publisher(service: topology.ServiceTopology) -> Publisher:
        url = guarded_servers.rabbitmq_url(service.name, hosts[1])
        return Publisher(partial(connect, url, "test"), service, 0.0)

    return publisher


async def test_a_missing_queue_of_another_service_is_named_with_the_command(
    guarded_servers: GuardedServers, incomplete: Callable[[topology.ServiceTopology], Publisher]
) -> None:
    queue, publisher = topology.PORTAL_API_TRANSACTIONS, incomplete(topology.INGEST)
    connection = await aiormq.connect(guarded_servers.rabbitmq_url("administrator", INCOMPLETE))
    channel = await connection.channel()
    await channel.queue_delete(queue.name)

    with pytest.raises(MissingTopologyError) as raised:
        await publisher.open()

    await channel.queue_declare(queue.name, durable=True, arguments=dict(queue.arguments))
    await channel.queue_bind(queue.name, queue.exchange.name)
    await connection.close()
    await publisher.close()
    assert "RabbitMQ has no queue portal-api.transactions" in str(raised.value)
    assert "rabbitmqctl import_definitions" in str(raised.value)


async def test_a_retry_for_a_lane_that_does_not_exist_goes_to_dispatcher_as_unrouted(
    guarded_servers: GuardedServers, incomplete: Callable[[topology.ServiceTopology], Publisher]
) -> None:
    publisher = incomplete(topology.RETRY)
    await publisher.open()
    candidate = RequeueCandidate("t1.a-connector", 1, "a-connector", "t1")
    claim = RequeueClaim(candidate, Claimant("token", Trigger.TIMER_JOB), is_published=False)

    await RetryPublisher(publisher).publish_requests([claim], {"t1": a_transaction("t1")})

    await publisher.close()
    connection = await aiormq.connect(guarded_servers.rabbitmq_url("administrator", INCOMPLETE))
    got = await (await connection.channel()).basic_get(topology.DISPATCHER_UNROUTED.name)
    await connection.close()
    assert DeliveryRequested.model_validate_json(got.body).connector_id == "a-connector"


@pytest.fixture(scope="module", params=ROLES["services"])
def stored(
    request: pytest.FixtureRequest, guarded_servers: GuardedServers
) -> Iterator[tuple[str, MongoClient[dict[str, Any]]]]:
    with MongoClient[dict[str, Any]](guarded_servers.mongodb_url(request.param)) as client:
        yield request.param, client


def test_mongodb_allows_only_the_documented_actions(
    stored: tuple[str, MongoClient[dict[str, Any]]],
) -> None:
    service, client = stored

    allowed = {
        name: allowed_on_collection(client[DATABASE], name) for name in (*collections(), "other")
    }

    expected = {name: collection_acts(service, name) for name in (*collections(), "other")}
    assert allowed == {
        name: acts
        | ({"$merge"} if {"find", "insert", "update"} <= acts else frozenset())
        | ({"$out"} if {"find", "insert", "remove"} <= acts else frozenset())
        for name, acts in expected.items()
    }


def test_mongodb_allows_no_commands_of_administrators(
    stored: tuple[str, MongoClient[dict[str, Any]]],
) -> None:
    _, client = stored
    database, admin = client[DATABASE], client["admin"]

    attempts: dict[str, Callable[[], object]] = {
        "listCollections": lambda: database.command("listCollections"),
        "listDatabases": lambda: admin.command("listDatabases", authorizedDatabases=False),
        "dropDatabase": lambda: database.command("dropDatabase"),
        "createUser": lambda: database.command("createUser", "x", pwd="x", roles=[]),
        "grantRoles": lambda: database.command("grantRolesToUser", "retry", roles=["retry"]),
        "usersInfo": lambda: database.command("usersInfo", 1),
        "users": admin["system.users"].find_one,
        "other database": client["other"]["any"].find_one,
        "local": client["local"]["oplog.rs"].find_one,
        "serverStatus": lambda: admin.command("serverStatus"),
        "setParameter": lambda: admin.command("setParameter", 1, logLevel=0),
        "shutdown": lambda: admin.command("shutdown"),
        "currentOp": lambda: list(admin.aggregate([{"$currentOp": {"allUsers": True}}])),
        "profile": lambda: database.command("profile", 0),
    }

    permitted = {name for name, attempt in attempts.items() if is_permitted(attempt)}

    assert permitted == set()


@pytest.mark.parametrize(
    "act",
    [
        {"find": "connectors", "filter": {"$where": CALCULATED}},
        {
            "aggregate": "connectors",
            "pipeline": [
                {"$set": {"a": {"$function": {"body": CALCULATED, "args": [], "lang": "js"}}}}
            ],
            "cursor": {},
        },
        {
            "mapReduce": "connectors",
            "map": CALCULATED,
            "reduce": CALCULATED,
            "out": {"inline": 1},
        },
    ],
    ids=["$where", "$function", "mapReduce"],
)
def test_mongodb_runs_no_javascript_for_anyone(
    guarded_servers: GuardedServers, act: dict[str, Any]
) -> None:
    with guarded_servers.mongodb.as_root() as root:
        database = root["scripts"]
        database["connectors"].replace_one({"_id": 1}, {}, upsert=True)

        with pytest.raises(OperationFailure, match=r"(?i)javascript|script"):
            database.command(act)
