"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from common import topology
from common.broker import Publisher, connect
from common.consuming import consuming_broker, consuming_checks
from common.contracts.connector import ConnectorChanged
from common.database import DatabaseHealth, open_database, wait_for_database
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import run, run_background, serve_http
from common.sealing import KeyRing
from common.settings import DatabaseSettings, load
from common.telemetry.log_buffer import LogBuffer
from common.telemetry.publisher import TelemetryPublisher
from common.traces.exporting import export_traces
from portal_api.accounts.config import AuthConfig
from portal_api.api import build_api
from portal_api.build_auth import build_auth
from portal_api.build_monitoring import Monitoring, MonitoringOptions
from portal_api.cli import create_admin, migrate, read_arguments, rekey
from portal_api.connectors.connection_tests import ConnectionTests
from portal_api.operations.forget_order import ForgetOrderService
from portal_api.operations.submit import OperationService
from portal_api.recording.consumers import subscribe
from portal_api.recording.fail_unfinished import fail_unfinished
from portal_api.recording.record import Recorder
from portal_api.routes.appointments import appointments
from portal_api.routes.causes import causes
from portal_api.routes.connectors import connectors
from portal_api.routes.deliveries import deliveries
from portal_api.routes.forget_order import forget_order
from portal_api.routes.operations import operations
from portal_api.routes.saved_views import saved_views
from portal_api.routes.timelines import timelines
from portal_api.routes.website import website
from portal_api.saved_views.save import SavedViewService
from portal_api.settings import Settings
from portal_api.store.causes import Causes
from portal_api.store.connectors import Connectors
from portal_api.store.deliveries import DeliveryQueries
from portal_api.store.indexes import make_indexes
from portal_api.store.operations import Operations
from portal_api.store.regroup import regroup
from portal_api.store.saved_views import SavedViews
from portal_api.store.statistics import Statistics
from portal_api.store.unfinished import UnfinishedDeliveries
from portal_api.store.writer import Writer

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import APIRouter
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.build_auth import AuthComponents
    from portal_api.store.audit import Audit

    Database = AsyncIOMotorDatabase[dict[str, Any]]

log = structlog.get_logger()


def main() -> None:
    """Run one portal-api replica until it is asked to stop, or do one task of an operator's."""
    arguments = read_arguments()
    match arguments.command:
        case "openapi":
            sys.stdout.write(described())
        case "migrate":
            asyncio.run(migrate(_database(load(DatabaseSettings))))
        case "give-up":
            asyncio.run(_fail_unfinished(_database(load(DatabaseSettings)), arguments.before))
        case "create-admin":
            raise SystemExit(
                asyncio.run(create_admin(_database(load(DatabaseSettings)), arguments.name))
            )
        case "rekey":
            settings = load(Settings)
            raise SystemExit(asyncio.run(rekey(_connectors(settings, _database(settings)))))
        case _:
            settings, lines = load(Settings), LogBuffer()
            configure_logs("portal-api", settings.replica, settings.log_level, lines.append)
            run(partial(serve, settings, lines))


async def serve(settings: Settings, lines: LogBuffer, stop: asyncio.Event) -> None:
    """Listen at once, record when RabbitMQ and MongoDB are there, finish what is in
    hand before leaving.
    """
    url, readiness = settings.rabbitmq_url.get_secret_value(), Readiness()
    database = _database(settings)
    store = _connectors(settings, database)
    publisher = Publisher(
        partial(connect, url, f"portal-api {settings.replica}"), topology.PORTAL_API
    )
    health = health_routes(readiness, serves_requests=True)
    tests, others = ConnectionTests(publisher), [*health, metrics_route()]
    auth = build_auth(database, settings.rules)
    monitoring = Monitoring(database, _bounds(settings), settings.replica)
    routers = [*_routers(database, store, tests, publisher, monitoring, auth.audit), *auth.routers]
    app = build_api(
        routers, auth, others, website(settings.web_folder) if settings.web_folder else ()
    )
    telemetry = TelemetryPublisher(url, "portal-api", settings.replica, lines, readiness)
    async with (
        export_traces(settings, "portal-api", settings.replica),
        serve_http(app, settings.host, settings.port),
        telemetry.sending(),
    ):
        with readiness.waiting_for_servers():
            connection = await publisher.open()
            await wait_for_database(database)
        loopback = Loopback(connection)
        monitoring.use(connection)
        await make_indexes(database)
        await auth.hasher.warm()
        await _ensure_first_admin(settings, auth)
        await monitoring.prepare()
        broker = consuming_broker(url, publisher)
        record = Recorder(Writer(database), monitoring.figures)
        subscribe(broker, record, tests, settings.replica, publisher)
        monitoring.subscribe(broker)
        await broker.start()
        monitoring.listen(await broker.connect())
        reach, consuming = DatabaseHealth(database), await consuming_checks(broker, "statuses")
        async with run_background(
            loopback.run(), reach.run(), regroup(database), *monitoring.works()
        ):
            readiness.watch(publisher.check_waiting, loopback.check, reach.check, *consuming)
            log.info("ready")
            await stop.wait()
            monitoring.close()
            with contextlib.suppress(TimeoutError, OSError, RuntimeError, ExceptionGroup):
                async with asyncio.timeout(settings.drain_s):
                    await broker.stop()
    await publisher.close()


def _routers(
    database: Database,
    store: Connectors,
    tests: ConnectionTests,
    publisher: Publisher,
    monitoring: Monitoring,
    trail: Audit,
) -> list[APIRouter]:
    """Return the routes in the order of their documentation; an address with a fixed word stands
    before one with a variable there.
    """
    queries, views, kept, known = (
        DeliveryQueries(database),
        SavedViews(database),
        Operations(database, Writer(database)),
        Causes(database),
    )
    return [
        appointments(queries, store),
        forget_order(ForgetOrderService(publisher, queries)),
        deliveries(queries, store, monitoring.timer_job),
        timelines(queries, store, kept, known, trail),
        causes(known, queries),
        saved_views(views, SavedViewService(views)),
        connectors(store, partial(_announce, publisher), tests),
        operations(kept, OperationService(publisher, kept, queries), queries, store),
        *monitoring.routers(store),
    ]


def _bounds(settings: Settings) -> MonitoringOptions:
    return MonitoringOptions(
        logs_kept=timedelta(days=settings.log_days),
        minutes_kept=timedelta(days=settings.figure_days),
        heartbeats_kept=timedelta(seconds=settings.silent_kept_s),
        silent_after=timedelta(seconds=settings.silent_s),
        oldest_allowed=timedelta(seconds=settings.oldest_s),
        figures_every_s=settings.figures_s,
        readers=settings.readers,
    )


async def _fail_unfinished(database: Database, before: datetime) -> None:
    await wait_for_database(database)
    ended = await fail_unfinished(
        UnfinishedDeliveries(database), Recorder(Writer(database), Statistics(database)), before
    )
    sys.stdout.write(
        f"Given up: {ended} deliveries, which are Failed now with an unknown outcome.\n"
    )


def _database(settings: DatabaseSettings) -> Database:
    return open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)


def _connectors(settings: Settings, database: Database) -> Connectors:
    return Connectors(database, KeyRing.parse(settings.secret_keys.get_secret_value()))


def described() -> str:
    """Return the OpenAPI document, as docs/api keeps it; nothing is connected to."""
    database, publisher = (
        open_database("mongodb://127.0.0.1", "none"),
        Publisher(partial(connect, "amqp://127.0.0.1", "none"), topology.PORTAL_API),
    )
    store = Connectors(database, KeyRing({}))
    auth = build_auth(database, AuthConfig())
    routers = _routers(
        database,
        store,
        ConnectionTests(publisher),
        publisher,
        Monitoring(database, MonitoringOptions(), "none"),
        auth.audit,
    )
    app = build_api([*routers, *auth.routers], auth)
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


async def _ensure_first_admin(settings: Settings, auth: AuthComponents) -> None:
    if settings.first_admin and settings.first_admin_password:
        password = settings.first_admin_password.get_secret_value()
        if await auth.first_admin.create_if_no_account_exists(
            settings.first_admin, password, "PORTAL_API_FIRST_ADMIN"
        ):
            log.info("the first administrator is created", name=settings.first_admin)


async def _announce(publisher: Publisher, connector_id: str) -> None:
    """Tell the dispatchers; they read all connectors every few seconds anyway, so an absent broker
    delays nothing for long.
    """
    body = ConnectorChanged(connector_id=connector_id).model_dump_json().encode()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2):
            await publisher.publish_until_confirmed(
                topology.CONNECTORS, body, message_id=connector_id, kind="ConnectorChanged"
            )
