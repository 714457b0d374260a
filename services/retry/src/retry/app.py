"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from starlette.applications import Starlette

from common import topology
from common.broker import Publisher, connect
from common.consuming import consuming_broker, consuming_checks
from common.database import DatabaseHealth, open_database, wait_for_database
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import run, run_background, serve_http
from common.settings import DatabaseSettings, load
from common.telemetry.log_buffer import LogBuffer
from common.telemetry.publisher import TelemetryPublisher
from retry.consumers import stop_consuming, subscribe
from retry.operations.batch_processor import BatchProcessor
from retry.operations.item_enumerator import ItemEnumerator
from retry.operations.progress_publisher import ProgressPublisher
from retry.operations.result_collector import ResultCollector
from retry.operations.runner import OperationRunner
from retry.operations.supervisor import OperationSupervisor
from retry.publishing import RetryPublisher
from retry.settings import Settings, read_schedule
from retry.store import lease
from retry.store.deliveries import DeliveryQueries
from retry.store.failed import FailedDeliveries
from retry.store.indexes import create_indexes
from retry.store.items import ItemStore
from retry.store.lease import Lease
from retry.store.operations import OperationStore
from retry.store.requeues import ClaimStore
from retry.store.transactions import TransactionQueries
from retry.store.unknown import UnknownOutcomes
from retry.timer.failed_requeuer import FailedRequeuer
from retry.timer.timer_job import OutcomeChecks, TimerJobRunner

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from retry.timer.schedule import Schedule

log = structlog.get_logger()


def main() -> None:
    """Run one retry replica until it receives a signal to stop, or create its indexes."""
    parser = argparse.ArgumentParser(
        prog="mboc-retry",
        description=(
            "Retries failed deliveries on a cron expression, and runs administrators' operations."
        ),
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser(
        "migrate", help="create the missing indexes and exit; needs MONGODB_URL only"
    )
    if parser.parse_args().command == "migrate":
        asyncio.run(_migrate(load(DatabaseSettings)))
        return
    settings = load(Settings)
    lines = LogBuffer()
    configure_logs("retry", settings.replica, settings.log_level, lines.append)
    schedule = read_schedule(settings)
    if schedule.error:
        log.error("the timer job is off", reason=schedule.error)
    run(partial(serve, settings, schedule, lines))


async def serve(
    settings: Settings, schedule: Schedule, lines: LogBuffer, stop: asyncio.Event
) -> None:
    """Serve HTTP at once, and work once RabbitMQ and MongoDB are available.

    Work in progress is finished before the process ends.
    """
    readiness = Readiness()
    publisher = Publisher(
        partial(connect, settings.rabbitmq_url.get_secret_value(), f"retry {settings.replica}"),
        topology.RETRY,
    )
    app = Starlette(routes=[*health_routes(readiness), metrics_route()])
    telemetry = TelemetryPublisher(
        settings.rabbitmq_url.get_secret_value(), "retry", settings.replica, lines, readiness
    )
    async with serve_http(app, settings.host, settings.port), telemetry.sending():
        connection = await publisher.open()
        database = open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
        await wait_for_database(database)
        await create_indexes(database)
        timer_lease = Lease(database, settings.replica, settings.lease_s, lease.TIMER_JOB)
        operations_lease = Lease(database, settings.replica, settings.lease_s, lease.OPERATIONS)
        operations = OperationStore(database)
        retry_publisher = RetryPublisher(publisher)
        timer_job = _timer_job(settings, schedule, timer_lease, database, retry_publisher)
        supervisor = _supervisor(settings, operations_lease, operations, database, retry_publisher)
        telemetry.add_heartbeat_fields(timer_job.heartbeat_fields)
        loopback = Loopback(connection, topology.RETRY)
        database_health = DatabaseHealth(database)
        broker = consuming_broker(settings.rabbitmq_url.get_secret_value(), publisher)
        subscribe(broker, operations, supervisor)
        await broker.start()
        consuming = await consuming_checks(broker, "operations")
        async with run_background(
            loopback.run(), database_health.run(), timer_job.run(), supervisor.run()
        ):
            readiness.watch(
                publisher.check_waiting, loopback.check, database_health.check, *consuming
            )
            log.info(
                "ready",
                next_run=str(
                    schedule.after(datetime.now(UTC))
                    or f"never: {schedule.error or 'RetryJobCronExpression is empty'}"
                ),
            )
            await stop.wait()
            await stop_consuming(broker)
            await asyncio.gather(timer_job.finish(), supervisor.finish())
        await asyncio.gather(timer_lease.release(), operations_lease.release())
    await publisher.close()


def _timer_job(
    settings: Settings,
    schedule: Schedule,
    timer_lease: Lease,
    database: AsyncIOMotorDatabase[dict[str, Any]],
    publisher: RetryPublisher,
) -> TimerJobRunner:
    requeuer = FailedRequeuer(
        FailedDeliveries(database),
        TransactionQueries(database),
        ClaimStore(database, settings.replica),
        publisher,
        settings.per_second,
    )
    return TimerJobRunner(
        schedule,
        timer_lease,
        requeuer,
        settings.lease_s / 3,
        _outcome_checks(settings, database, publisher),
    )


def _outcome_checks(
    settings: Settings,
    database: AsyncIOMotorDatabase[dict[str, Any]],
    publisher: RetryPublisher,
) -> OutcomeChecks | None:
    """Return the checks of unknown outcomes, or None when they are switched off."""
    if not settings.check_interval_s:
        return None
    requeuer = FailedRequeuer(
        UnknownOutcomes(database),
        TransactionQueries(database),
        ClaimStore(database, settings.replica),
        publisher,
        settings.per_second,
        is_check=True,
    )
    return OutcomeChecks(requeuer, settings.check_interval_s)


def _supervisor(
    settings: Settings,
    operations_lease: Lease,
    operations: OperationStore,
    database: AsyncIOMotorDatabase[dict[str, Any]],
    publisher: RetryPublisher,
) -> OperationSupervisor:
    items = ItemStore(database)
    deliveries = DeliveryQueries(database)
    claims = ClaimStore(database, settings.replica)
    enumerator = ItemEnumerator(operations, items, deliveries)
    batches = BatchProcessor(items, TransactionQueries(database), claims, publisher)
    results = ResultCollector(items, deliveries, publisher)
    progress = ProgressPublisher(operations, publisher)

    def create_runner(operation_id: str) -> OperationRunner:
        return OperationRunner(
            operation_id, operations, items, enumerator, batches, results, progress
        )

    return OperationSupervisor(operations_lease, operations, items, create_runner)


async def _migrate(settings: DatabaseSettings) -> None:
    database = open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
    await wait_for_database(database)
    await create_indexes(database)
    sys.stdout.write("All indexes of retry exist.\n")
