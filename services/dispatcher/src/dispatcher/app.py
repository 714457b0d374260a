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
from common.broker import Publisher, connect
from common.consuming import consuming_broker, consuming_checks
from common.contracts.connector import Connector
from common.database import Reach, open_database, wait_until_there
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import background, listening, run
from common.sealing import KeyRing
from common.settings import load
from common.telemetry.lines import Lines
from common.telemetry.telemetry import Telemetry
from common.traces.exporting import exporting
from dispatcher.back_offices.access import Tools
from dispatcher.back_offices.addresses import Addresses
from dispatcher.back_offices.authentication.oauth2 import Tokens
from dispatcher.back_offices.calls import open_session
from dispatcher.back_offices.current import Current
from dispatcher.back_offices.table import build
from dispatcher.connection_test.answer import Tests
from dispatcher.connection_test.steps import try_connector
from dispatcher.connectors import Directory
from dispatcher.consumers import subscribe
from dispatcher.deliver import Deliver
from dispatcher.forget_order import subscribe as subscribe_to_forgetting
from dispatcher.lanes.desk import Desk
from dispatcher.lanes.gate import Patience
from dispatcher.lanes.lanes import Lanes
from dispatcher.lanes.limiter import Limiters
from dispatcher.lanes.turns import Turns
from dispatcher.ledger.ledger import Ledger
from dispatcher.route import Route
from dispatcher.settings import Settings
from dispatcher.statuses import Statuses

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.contracts.connector import LaneChanged

log = structlog.get_logger()
STOP_S = 10.0


def main() -> None:
    """Run one dispatcher replica until it is asked to stop, or test one connector."""
    parser = argparse.ArgumentParser(
        prog="mboc-dispatcher", description="Routes transactions and delivers them to back offices."
    )
    commands = parser.add_subparsers(dest="command")
    testing = commands.add_parser("test", help="try a connector without sending an appointment")
    testing.add_argument("connector_id")
    arguments = parser.parse_args()
    settings = load(Settings)
    if arguments.command == "test":
        raise SystemExit(asyncio.run(_test(settings, arguments.connector_id)))
    lines = Lines()
    configure_logs("dispatcher", settings.replica, settings.log_level, lines.keep)
    run(partial(serve, settings, lines))


async def serve(settings: Settings, lines: Lines, stop: asyncio.Event) -> None:
    """Listen at once, work when RabbitMQ and MongoDB are there, finish the calls in
    flight before leaving.
    """
    readiness = Readiness()
    app = Starlette(routes=[*health_routes(readiness), metrics_route()])
    telemetry = Telemetry(
        settings.rabbitmq_url.get_secret_value(), "dispatcher", settings.replica, lines, readiness
    )
    tracing, serving = (
        exporting(settings, "dispatcher", settings.replica),
        listening(app, settings.host, settings.port),
    )
    async with tracing, serving, telemetry.sending(), _tools(settings) as tools:
        await _work(settings, stop, readiness, telemetry, tools)


async def _work(
    settings: Settings,
    stop: asyncio.Event,
    readiness: Readiness,
    telemetry: Telemetry,
    tools: Tools,
) -> None:
    url, replica = settings.rabbitmq_url.get_secret_value(), settings.replica
    publisher = Publisher(
        partial(connect, url, f"dispatcher {replica} publishing"), topology.DISPATCHER
    )
    await publisher.open()
    connection = await connect(url, f"dispatcher {replica} lanes")
    database = _database(settings)
    await wait_until_there(database)

    ledger, statuses, offices = (
        Ledger(database, settings.lease_s),
        Statuses(publisher),
        list[Current](),
    )
    seat = partial(_seat, settings, statuses, Limiters())
    lanes = Lanes(
        connection,
        publisher,
        seat,
        partial(_delivering, settings, ledger, statuses, tools, offices),
    )
    directory = Directory(database, lanes.open, ignore_case=settings.ignore_source_app_case)
    await directory.refresh()
    telemetry.also(lanes.standing)

    broker = consuming_broker(url, publisher)
    subscribe(
        broker,
        Route(directory, publisher, statuses, replica),
        directory,
        Tests(directory, tools, publisher),
        replica,
    )
    subscribe_to_forgetting(broker, ledger)
    await broker.start()
    loopback, reach, consuming = (
        Loopback(connection),
        Reach(database),
        await consuming_checks(broker, "transactions"),
    )
    async with background(
        loopback.run(), reach.run(), ledger.keep_leases(), directory.keep_fresh(settings.refresh_s)
    ):
        readiness.watch(publisher.check, loopback.check, reach.check, lanes.check, *consuming)
        log.info("ready")
        await stop.wait()
        await _bounded(broker.stop())
        await lanes.close(settings.drain_s)
    await asyncio.gather(*(office.close() for office in offices))
    await _bounded(connection.close())
    await publisher.close()


@contextlib.asynccontextmanager
async def _tools(settings: Settings) -> AsyncIterator[Tools]:
    addresses = Addresses(settings.private_networks)
    async with open_session(addresses) as session:
        yield Tools(
            session, KeyRing.parse(settings.secret_keys.get_secret_value()), addresses, Tokens()
        )


def _database(settings: Settings) -> AsyncIOMotorDatabase[dict[str, Any]]:
    return open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)


async def _test(settings: Settings, connector_id: str) -> int:
    """Print the steps; returns an exit code."""
    found = await _database(settings)["connectors"].find_one({"_id": connector_id})
    if found is None:
        sys.stderr.write(f"There is no connector {connector_id}.\n")
        return 2
    async with _tools(settings) as tools:
        tested = await try_connector(Connector.model_validate(found), tools)
    for step in tested.steps:
        sys.stdout.write(
            f"{'passed' if step.passed else 'FAILED'}  {step.name:<15} {step.sentence}\n"
        )
    return 0 if tested.passed else 1


def _seat(settings: Settings, statuses: Statuses, limiters: Limiters, connector: Connector) -> Desk:
    telling: set[asyncio.Task[None]] = set()

    def tell(change: LaneChanged) -> None:
        log.warning(
            "lane held" if change.held_since else "lane works again",
            connector_id=change.connector_id,
            reason=change.reason,
        )
        task = asyncio.get_running_loop().create_task(statuses.lane_changed(change))
        telling.add(task)
        task.add_done_callback(telling.discard)

    patience = Patience(
        settings.hold_after, settings.probe_s, settings.longest_probe_s, settings.in_hand_s
    )
    return Desk(connector, settings.replica, patience, limiters, tell)


def _delivering(
    settings: Settings,
    ledger: Ledger,
    statuses: Statuses,
    tools: Tools,
    offices: list[Current],
    desk: Desk,
) -> Deliver:
    office = Current(lambda connector: build(connector, tools))
    offices.append(office)
    return Deliver(desk, ledger, Turns(), statuses, office, settings.replica)


async def _bounded(closing: Awaitable[None]) -> None:
    """Close within a limit: without a broker it would wait for a reconnection."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError):
        async with asyncio.timeout(STOP_S):
            await closing
