"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
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
from dispatcher.applied.checks import AppliedChecks
from dispatcher.applied.poller import AppliedPoller
from dispatcher.applied.questions import AppliedQuestions
from dispatcher.back_offices.address_policy import AddressPolicy
from dispatcher.back_offices.authentication.token_cache import TokenCache
from dispatcher.back_offices.client_cache import BackOfficeClientCache
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.back_offices.http_transport import open_session
from dispatcher.back_offices.table import build
from dispatcher.broker_connection import BrokerConnection
from dispatcher.connection_test.command import print_connection_test
from dispatcher.connection_test.service import ConnectionTestService
from dispatcher.connector_cache import ConnectorCache
from dispatcher.consumers import stop_consuming, subscribe, subscribe_views
from dispatcher.deliver import DeliveryService
from dispatcher.lanes.circuit_breaker import BreakerSettings
from dispatcher.lanes.lane_factory import LaneFactory
from dispatcher.lanes.lane_registry import LaneRegistry
from dispatcher.lanes.leases import LaneLeases
from dispatcher.lanes.supervisor import LaneSupervisor
from dispatcher.ledger.ledger import Ledger
from dispatcher.outbox import Outbox
from dispatcher.request_mapping.service import RequestMappingService
from dispatcher.route import RoutingService
from dispatcher.settings import Settings
from dispatcher.status_publisher import StatusPublisher
from dispatcher.transactions_consumer import TransactionsConsumer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from motor.motor_asyncio import AsyncIOMotorDatabase

log = structlog.get_logger()
STOP_TIMEOUT_S = 10.0


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
    """Serve HTTP at once, and deliver as soon as RabbitMQ and MongoDB are available.

    Calls in flight are finished before this returns.
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
    async with tracing, serving, telemetry.sending(), _shared_resources(settings) as shared:
        await _deliver(settings, stop, readiness, telemetry, shared)


async def _deliver(
    settings: Settings,
    stop: asyncio.Event,
    readiness: Readiness,
    telemetry: TelemetryPublisher,
    shared: SharedResources,
) -> None:
    url, replica = settings.rabbitmq_url.get_secret_value(), settings.replica
    publisher = Publisher(
        partial(connect, url, f"dispatcher {replica} publishing"), topology.DISPATCHER
    )
    loopback = Loopback(await publisher.open(), topology.DISPATCHER)
    connection = BrokerConnection(partial(connect_once, url, f"dispatcher {replica} lanes"))
    database = _database(settings)
    await wait_for_database(database)

    leases = LaneLeases(database, replica, settings.lane_lease_s)
    outbox = Outbox(publisher, database, leases.replica, leases.replicas)
    ledger = Ledger(database, settings.lease_s)
    statuses = StatusPublisher(outbox)
    checks = AppliedChecks(database)
    applied = AppliedQuestions(checks)
    clients = BackOfficeClientCache(partial(build, shared=shared))
    factory = LaneFactory(
        replica,
        _breaker_settings(settings),
        outbox,
        statuses,
        clients,
        lambda lane: (
            DeliveryService(
                lane, ledger, statuses, applied, replica, keeps_answers=settings.keep_answers
            ).deliver
        ),
    )
    lanes_changed = asyncio.Event()
    lanes = LaneRegistry(connection, factory, lanes_changed.set)
    supervisor = LaneSupervisor(lanes, leases, connection, lanes_changed, settings.in_hand_s)
    connectors = ConnectorCache(database, lanes.update, ignore_case=settings.ignore_source_app_case)
    await connectors.wait_for_refresh()
    telemetry.add_heartbeat_fields(lanes.heartbeat_fields)

    routing = RoutingService(connectors, outbox, statuses, ledger, replica)
    transactions = TransactionsConsumer(connection, routing, outbox)
    tests = ConnectionTestService(connectors, shared, publisher)
    mappings = RequestMappingService(database, shared, publisher)
    broker = consuming_broker(url, publisher)
    subscribe(broker, routing, connectors, ledger, replica)
    subscribe_views(broker, tests, mappings)
    await broker.start()
    database_health = DatabaseHealth(database)
    async with run_background(
        loopback.run(),
        database_health.run(),
        ledger.renew_leases(),
        AppliedPoller(lanes, checks, statuses).run(),
        connectors.run(settings.refresh_s),
        supervisor.run(),
        transactions.run(),
        outbox.run(),
    ):
        readiness.watch(
            publisher.check,
            loopback.check,
            database_health.check,
            supervisor.check,
            transactions.check,
            *await consuming_checks(broker, "connector changes"),
        )
        log.info("ready")
        await stop.wait()
        await asyncio.gather(
            stop_consuming(broker, STOP_TIMEOUT_S),
            transactions.close(STOP_TIMEOUT_S),
            supervisor.close(settings.drain_s),
        )
    await clients.close()
    await connection.close()
    await publisher.close()


async def _test(settings: Settings, connector_id: str) -> int:
    async with _shared_resources(settings) as shared:
        return await print_connection_test(connector_id, _database(settings), shared)


def _breaker_settings(settings: Settings) -> BreakerSettings:
    return BreakerSettings(
        hold_after=settings.hold_after,
        probe_s=settings.probe_s,
        longest_probe_s=settings.longest_probe_s,
        credential_probe_s=settings.credential_probe_s,
        longest_credential_probe_s=settings.longest_credential_probe_s,
    )


@contextlib.asynccontextmanager
async def _shared_resources(settings: Settings) -> AsyncIterator[SharedResources]:
    addresses = AddressPolicy(settings.private_networks)
    async with open_session(addresses) as session:
        keys = KeyRing.parse(settings.secret_keys.get_secret_value())
        yield SharedResources(session, keys, addresses, TokenCache())


def _database(settings: Settings) -> AsyncIOMotorDatabase[dict[str, Any]]:
    return open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
