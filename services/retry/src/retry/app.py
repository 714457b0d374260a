"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from starlette.applications import Starlette

from common import topology
from common.broker import Publisher, connect
from common.consuming import consuming_broker, consuming_checks
from common.contracts.telemetry import TimerJob
from common.database import DatabaseHealth, open_database, wait_for_database
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import run, run_background, serve_http
from common.settings import DatabaseSettings, load
from common.telemetry.log_buffer import LogBuffer
from common.telemetry.publisher import TelemetryPublisher
from retry.consumers import subscribe
from retry.operations.batch_publisher import CarryOut
from retry.operations.item_enumerator import TakeStock
from retry.operations.progress_publisher import Report
from retry.operations.result_collector import Settle
from retry.operations.runner import Steps
from retry.operations.supervisor import Operate
from retry.publishing import Ask
from retry.settings import Settings
from retry.store.deliveries import Deliveries
from retry.store.failed import Failed
from retry.store.indexes import make_indexes
from retry.store.items import Items
from retry.store.lease import CRON, OPERATIONS, Clock
from retry.store.operations import Operations
from retry.store.requeues import Requeues
from retry.store.transactions import Transactions
from retry.tell import Tell
from retry.timer.failed_requeuer import Requeue
from retry.timer.schedule import schedule_of
from retry.timer.timer_job import Timer

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.queue_depths import QueueDepths
    from retry.timer.schedule import Schedule

log = structlog.get_logger()
STOP_S = 10.0


def main() -> None:
    """Run one retry replica until it is asked to stop, or make its indexes."""
    parser = argparse.ArgumentParser(
        prog="mboc-retry",
        description=(
            "Runs Failed deliveries again on a cron, and carries out administrators' operations."
        ),
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser(
        "migrate", help="make the indexes that are missing, and end; needs MONGODB_URL alone"
    )
    if parser.parse_args().command == "migrate":
        asyncio.run(_migrate(load(DatabaseSettings)))
        return
    settings = load(Settings)
    lines = LogBuffer()
    configure_logs("retry", settings.replica, settings.log_level, lines.append)
    schedule = schedule_of(settings)
    if schedule.trouble:
        log.error("the timer job is off", reason=schedule.trouble)
    run(partial(serve, settings, schedule, lines))


async def serve(
    settings: Settings, schedule: Schedule, lines: LogBuffer, stop: asyncio.Event
) -> None:
    """Listen at once, act when RabbitMQ and MongoDB are there, finish the work in
    hand before leaving.
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
        requeues, ask = Requeues(database, settings.replica), Ask(publisher, connection)
        await make_indexes(database)
        clocks = [
            Clock(database, settings.replica, settings.lease_s, duty) for duty in (CRON, OPERATIONS)
        ]
        telemetry.add_heartbeat_fields(partial(_timer_job, schedule, clocks[0]))
        timer = Timer(
            schedule,
            clocks[0],
            Requeue(Failed(database), Transactions(database), requeues, ask, settings.per_second),
            settings.lease_s / 3,
        )
        steps = _steps(database, requeues, ask, Tell(publisher))
        operate, loopback, reach = (
            Operate(clocks[1], steps),
            Loopback(connection),
            DatabaseHealth(database),
        )
        broker = consuming_broker(settings.rabbitmq_url.get_secret_value(), publisher)
        subscribe(broker, steps.operations, operate)
        await broker.start()
        consuming = await consuming_checks(broker, "operations")
        async with run_background(loopback.run(), reach.run(), timer.run(), operate.run()):
            readiness.watch(publisher.check_waiting, loopback.check, reach.check, *consuming)
            log.info(
                "ready",
                next_run=str(
                    schedule.after(datetime.now(UTC))
                    or f"never: {schedule.trouble or 'RetryJobCronExpression is empty'}"
                ),
            )
            await stop.wait()
            with contextlib.suppress(TimeoutError, OSError, RuntimeError, ExceptionGroup):
                async with asyncio.timeout(STOP_S):
                    await broker.stop()
            await asyncio.gather(timer.finish(), operate.finish())
        await asyncio.gather(*(clock.give_back() for clock in clocks))
    await publisher.close()


def _steps(
    database: AsyncIOMotorDatabase[dict[str, Any]], requeues: Requeues, ask: Ask, tell: Tell
) -> Steps:
    """Return what operations are carried out with."""
    operations, items, deliveries = Operations(database), Items(database), Deliveries(database)
    take_stock, settle = (
        TakeStock(operations, items, deliveries),
        Settle(items, deliveries, tell.archived),
    )
    return Steps(
        operations,
        items,
        take_stock,
        CarryOut(items, Transactions(database), requeues, ask),
        settle,
        Report(operations, tell.progressed),
    )


async def _timer_job(schedule: Schedule, clock: Clock, _: QueueDepths) -> dict[str, TimerJob]:
    """Return the part of a heartbeat that tells when the timer job ran and runs."""
    return {
        "timer_job": TimerJob(
            expression=schedule.expression,
            time_zone=schedule.time_zone,
            trouble=schedule.trouble,
            last_run_at=await clock.last_tick(),
            next_run_at=schedule.after(datetime.now(UTC)),
        )
    }


async def _migrate(settings: DatabaseSettings) -> None:
    database = open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
    await wait_for_database(database)
    await make_indexes(database)
    sys.stdout.write("Every index of retry is there.\n")
