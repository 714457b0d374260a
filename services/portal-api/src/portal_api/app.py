"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from common import topology
from common.broker import Publisher, connect
from common.consuming import consuming_broker, consuming_checks
from common.database import DatabaseHealth, open_database, wait_for_database
from common.health import Loopback, Readiness, health_routes
from common.http_server.headers import STRICT_HEADERS, TLS_HEADERS
from common.http_server.limits import DEFAULT_LIMITS, HttpLimits
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import run, run_background, serve_http
from common.sealing import KeyRing
from common.settings import DatabaseSettings, load
from common.telemetry.log_buffer import LogBuffer
from common.telemetry.publisher import TelemetryPublisher
from common.traces.exporting import export_traces
from portal_api import cli
from portal_api.api import build_api
from portal_api.build_auth import build_auth
from portal_api.build_monitoring import Monitoring, MonitoringOptions
from portal_api.build_routes import build_routes
from portal_api.connectors.connection_tests import ConnectionTests
from portal_api.openapi import openapi_document
from portal_api.payloads.request_views import DispatcherQuestions, RequestViews
from portal_api.recording.consumers import stop_consuming, subscribe
from portal_api.recording.record import Recorder
from portal_api.routes.docs import api_docs
from portal_api.routes.website import website
from portal_api.settings import Settings
from portal_api.store.connectors import Connectors
from portal_api.store.indexes import create_indexes
from portal_api.store.overtaken import OvertakenMarks
from portal_api.store.regroup import mark_overtaken, regroup
from portal_api.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from motor.motor_asyncio import AsyncIOMotorDatabase

    Database = AsyncIOMotorDatabase[dict[str, Any]]

log = structlog.get_logger()


def main() -> None:
    """Run one portal-api replica until it is asked to stop, or run one command."""
    arguments = cli.read_arguments()
    match arguments.command:
        case "openapi":
            sys.stdout.write(openapi_document())
        case "migrate":
            asyncio.run(cli.migrate(_database(load(DatabaseSettings))))
        case "give-up":
            asyncio.run(cli.give_up(_database(load(DatabaseSettings)), arguments.before))
        case "create-admin":
            database = _database(load(DatabaseSettings))
            raise SystemExit(asyncio.run(cli.create_admin(database, arguments.name)))
        case "reset-second-factor":
            database = _database(load(DatabaseSettings))
            raise SystemExit(asyncio.run(cli.reset_second_factor(database, arguments.name)))
        case "rekey":
            settings = load(Settings)
            raise SystemExit(asyncio.run(cli.rekey(_database(settings), _keys(settings))))
        case _:
            settings, lines = load(Settings), LogBuffer()
            configure_logs("portal-api", settings.replica, settings.log_level, lines.append)
            run(partial(serve, settings, lines))


async def serve(settings: Settings, lines: LogBuffer, stop: asyncio.Event) -> None:
    """Serve HTTP at once, and record as soon as RabbitMQ and MongoDB are available.

    Messages in hand are stored before the process ends.
    """
    url = settings.rabbitmq_url.get_secret_value()
    database = _database(settings)
    name = f"portal-api {settings.replica}"
    publisher = Publisher(partial(connect, url, name), topology.PORTAL_API)
    readiness = Readiness()
    tests = ConnectionTests(publisher)
    views = RequestViews(publisher)
    auth = build_auth(database, _keys(settings), settings.auth)
    monitoring = Monitoring(database, _monitoring_options(settings), settings.replica)
    app = build_api(
        build_routes(
            database,
            publisher,
            _connectors(settings, database),
            DispatcherQuestions(tests, views),
            auth,
            monitoring,
        ),
        auth,
        [
            *health_routes(readiness, serves_requests=True),
            metrics_route(),
            api_docs(settings.web_folder),
        ],
        website(settings.web_folder) if settings.web_folder else (),
    )
    telemetry = TelemetryPublisher(url, "portal-api", settings.replica, lines, readiness)
    async with (
        export_traces(settings, "portal-api", settings.replica),
        serve_http(app, settings.host, settings.port, *_edge_of(settings)),
        telemetry.sending(),
    ):
        with readiness.waiting_for_servers():
            connection = await publisher.open()
            await wait_for_database(database)
        await create_indexes(database)
        await auth.hasher.warm_up()
        await auth.first_admin.ensure(settings.first_admin, settings.first_admin_password)
        loopback = Loopback(connection, topology.PORTAL_API)
        database_health = DatabaseHealth(database)
        broker = consuming_broker(url, publisher)
        recorder = Recorder(
            Writer(database),
            monitoring.figures,
            OvertakenMarks(database),
            keeps_answers=settings.answers_days > 0,
        )
        subscribe(broker, recorder, DispatcherQuestions(tests, views), settings.replica, publisher)
        async with (
            monitoring.running(connection, broker),
            run_background(
                loopback.run(), database_health.run(), regroup(database), mark_overtaken(database)
            ),
        ):
            await broker.start()
            checks = await consuming_checks(broker, "statuses")
            readiness.watch(publisher.check_waiting, loopback.check, database_health.check, *checks)
            log.info("ready")
            await stop.wait()
            monitoring.close_streams()
            await stop_consuming(broker, settings.drain_s)
            await auth.refusals.flush()
    await publisher.close()


def _monitoring_options(settings: Settings) -> MonitoringOptions:
    return MonitoringOptions(
        log_retention=timedelta(days=settings.log_days),
        answer_retention=timedelta(days=settings.answers_days),
        minute_retention=timedelta(days=settings.figure_days),
        heartbeat_retention=timedelta(seconds=settings.silent_kept_s),
        silent_after=timedelta(seconds=settings.silent_s),
        oldest_allowed=timedelta(seconds=settings.oldest_s),
        aggregation_interval_s=settings.figures_s,
        stream_limit=settings.readers,
    )


def _edge_of(settings: Settings) -> tuple[HttpLimits, Mapping[str, str]]:
    """Return the limits and the headers. Each stream of live updates has a connection."""
    limits = replace(DEFAULT_LIMITS, connections=settings.readers + DEFAULT_LIMITS.connections)
    return limits, {**STRICT_HEADERS, **(TLS_HEADERS if settings.secure_cookie else {})}


def _database(settings: DatabaseSettings) -> Database:
    return open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)


def _connectors(settings: Settings, database: Database) -> Connectors:
    return Connectors(database, _keys(settings))


def _keys(settings: Settings) -> KeyRing:
    return KeyRing.parse(settings.secret_keys.get_secret_value())
