"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from starlette.applications import Starlette

from common import topology
from common.broker import Publisher, connect, connect_once
from common.consuming import consuming_broker, consuming_checks
from common.database import DatabaseHealth, open_database, wait_for_database
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import run, run_background, serve_http
from common.sealing import KeyRing
from common.settings import load
from common.telemetry.log_buffer import LogBuffer
from common.telemetry.publisher import TelemetryPublisher
from common.traces.exporting import export_traces
from dispatcher.back_offices.addresses import Addresses
from dispatcher.back_offices.authentication.tokens import Tokens
from dispatcher.back_offices.caller import open_session
from dispatcher.back_offices.client_cache import BackOfficeCache
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.back_offices.table import build
from dispatcher.broker_connection import BrokerConnection
from dispatcher.connection_test.answer import Tests
from dispatcher.connection_test.steps import try_connector
from dispatcher.connector_cache import ConnectorCache
from dispatcher.consumers import subscribe
from dispatcher.deliver import DeliveryService
from dispatcher.forget_order import subscribe as subscribe_to_forgetting
from dispatcher.lanes.circuit_breaker import BreakerSettings
from dispatcher.lanes.lane_factory import LaneFactory
from dispatcher.lanes.lanes import Lanes
from dispatcher.lanes.leases import LaneLeases
from dispatcher.lanes.supervisor import LaneSupervisor
from dispatcher.ledger.ledger import Ledger
from dispatcher.outbox import Outbox
from dispatcher.route import RoutingService
from dispatcher.settings import Settings
from dispatcher.statuses import Statuses
from dispatcher.transactions_consumer import TransactionsConsumer
from dispatcher.unreadable import UnreadableConnector, parse_connector

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from motor.motor_asyncio import AsyncIOMotorDatabase

log = structlog.get_logger()
STOP_S = 10.0


def main() -> None:
    """Run one dispatcher replica until it is asked to stop, or test one connector."""
    parser = argparse.ArgumentParser(
        prog="mboc-dispatcher",
        description="Routes transactions and delivers them to back offices.",
    )
    commands = parser.add_subparsers(dest="command")
    testing = commands.add_parser("test", help="try a connector without sending an appointment")
    testing.add_argument("connector_id")
    arguments = parser.parse_args()
    settings = load(Settings)
    if arguments.command == "test":
        raise SystemExit(asyncio.run(_test(settings, arguments.connector_id)))
    lines = LogBuffer()
    configure_logs("dispatcher", settings.replica, settings.log_level, lines.append)
    run(partial(serve, settings, lines))


async def serve(settings: Settings, lines: LogBuffer, stop: asyncio.Event) -> None:
    """Listen at once, work when RabbitMQ and MongoDB are there, finish the calls in flight before
    leaving.
    """
    readiness = Readiness()
    app = Starlette(routes=[*health_routes(readiness), metrics_route()])
    telemetry = TelemetryPublisher(
        settings.rabbitmq_url.get_secret_value(), "dispatcher", settings.replica, lines, readiness
    )
    tracing, serving = (
        export_traces(settings, "dispatcher", settings.replica),
        serve_http(app, settings.host, settings.port),
    )
    async with tracing, serving, telemetry.sending(), _shared(settings) as resources:
        await _work(settings, stop, readiness, telemetry, resources)


async def _work(
    settings: Settings,
    stop: asyncio.Event,
    readiness: Readiness,
    telemetry: TelemetryPublisher,
    resources: SharedResources,
) -> None:
    url, replica = settings.rabbitmq_url.get_secret_value(), settings.replica
    publisher = Publisher(
        partial(connect, url, f"dispatcher {replica} publishing"), topology.DISPATCHER
    )
    loopback = Loopback(await publisher.open())
    connection = BrokerConnection(partial(connect_once, url, f"dispatcher {replica} lanes"))
    database = _database(settings)
    await wait_for_database(database)

    leases = LaneLeases(database, replica, settings.lane_lease_s)
    outbox = Outbox(publisher, database, leases.replica, leases.replicas)
    ledger, statuses = Ledger(database, settings.lease_s), Statuses(outbox)
    clients = BackOfficeCache(lambda connector: build(connector, resources))
    factory = LaneFactory(
        replica,
        _breaker_settings(settings),
        outbox,
        statuses,
        clients,
        lambda lane: DeliveryService(lane, ledger, statuses, replica),
    )
    lanes = Lanes(connection, factory)
    supervisor = LaneSupervisor(lanes, leases, connection, settings.in_hand_s)
    connectors = ConnectorCache(database, lanes.update, ignore_case=settings.ignore_source_app_case)
    await connectors.read_again()
    telemetry.add_heartbeat_fields(lanes.standing)

    route = RoutingService(connectors, outbox, statuses, replica)
    transactions = TransactionsConsumer(connection, route, outbox)
    broker = consuming_broker(url, publisher)
    subscribe(broker, route, connectors, Tests(connectors, resources, publisher), replica)
    subscribe_to_forgetting(broker, ledger)
    await broker.start()
    reach, consuming = DatabaseHealth(database), await consuming_checks(broker, "connector changes")
    async with run_background(
        loopback.run(),
        reach.run(),
        ledger.keep_leases(),
        connectors.keep_fresh(settings.refresh_s),
        supervisor.run(),
        transactions.run(),
        outbox.run(),
    ):
        readiness.watch(
            publisher.check,
            loopback.check,
            reach.check,
            supervisor.check,
            transactions.check,
            *consuming,
        )
        log.info("ready")
        await stop.wait()
        await asyncio.gather(
            _bounded(broker.stop()),
            transactions.close(STOP_S),
            supervisor.close(settings.drain_s),
        )
    await clients.close()
    await connection.close()
    await publisher.close()


def _breaker_settings(settings: Settings) -> BreakerSettings:
    return BreakerSettings(
        settings.hold_after,
        settings.probe_s,
        settings.longest_probe_s,
        settings.credential_probe_s,
        settings.longest_credential_probe_s,
    )


@contextlib.asynccontextmanager
async def _shared(settings: Settings) -> AsyncIterator[SharedResources]:
    addresses = Addresses(settings.private_networks)
    async with open_session(addresses) as session:
        keys = KeyRing.parse(settings.secret_keys.get_secret_value())
        yield SharedResources(session, keys, addresses, Tokens())


def _database(settings: Settings) -> AsyncIOMotorDatabase[dict[str, Any]]:
    return open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)


async def _test(settings: Settings, connector_id: str) -> int:
    """Print the steps; returns an exit code."""
    found = await _database(settings)["connectors"].find_one({"_id": connector_id})
    if found is None:
        sys.stderr.write(f"There is no connector {connector_id}.\n")
        return 2
    connector = parse_connector(found)
    if connector is None or isinstance(connector, UnreadableConnector):
        sys.stderr.write("The connector cannot be read: save it again in the portal.\n")
        return 2
    async with _shared(settings) as resources:
        tested = await try_connector(connector, resources)
    for step in tested.steps:
        sys.stdout.write(
            f"{'passed' if step.passed else 'FAILED'}  {step.name:<15} {step.sentence}\n"
        )
    return 0 if tested.passed else 1


async def _bounded(closing: Awaitable[None]) -> None:
    """Close within a limit: without a broker it would wait for a reconnection."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError, ExceptionGroup):
        async with asyncio.timeout(STOP_S):
            await closing
