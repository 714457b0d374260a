"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette

from common.broker import Publisher, connect
from common.contracts.telemetry import TimerJob
from common.database import open_database, wait_until_there
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import background, listening, run
from common.settings import load
from common.telemetry.lines import Lines
from common.telemetry.telemetry import Telemetry
from retry.ask import Ask
from retry.errors import ScheduleError
from retry.requeue import Requeue
from retry.schedule import Schedule
from retry.settings import Settings, expression_of
from retry.store.clock import Clock
from retry.store.failed import Failed
from retry.store.requeues import Requeues
from retry.timer import Timer

if TYPE_CHECKING:
    from common.depths import Depths

log = structlog.get_logger()


def main() -> None:
    """Run one retry replica until it is asked to stop."""
    argparse.ArgumentParser(prog="mboc-retry", description="Runs Failed deliveries again, on a cron.").parse_args()
    settings = load(Settings)
    try:
        schedule = Schedule(expression_of(settings), datetime.now(UTC))
    except ScheduleError as error:
        sys.stderr.write(f"Cannot start: {error}.\n")
        raise SystemExit(2) from None
    lines = Lines()
    configure_logs("retry", settings.replica, settings.log_level, lines.keep)
    run(partial(serve, settings, schedule, lines))


async def serve(settings: Settings, schedule: Schedule, lines: Lines, stop: asyncio.Event) -> None:
    """Listen at once, act when RabbitMQ and MongoDB are there, finish the work in hand before leaving."""
    readiness = Readiness()
    publisher = Publisher(partial(connect, settings.rabbitmq_url.get_secret_value(), f"retry {settings.replica}"))
    app = Starlette(routes=[*health_routes(readiness), metrics_route()])
    telemetry = Telemetry(settings.rabbitmq_url.get_secret_value(), "retry", settings.replica, lines, readiness)
    async with listening(app, settings.host, settings.port), telemetry.sending():
        connection = await publisher.open()
        database = open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
        await wait_until_there(database)
        requeues, clock = Requeues(database, settings.replica), Clock(database, settings.replica, settings.lease_s)
        await requeues.make_indexes()
        telemetry.also(partial(_timer_job, schedule, clock))
        loopback = Loopback(connection)
        timer = Timer(schedule, clock, Requeue(Failed(database), requeues, Ask(publisher, connection)), settings.lease_s / 3)
        async with background(loopback.run(), timer.run()):
            readiness.watch(loopback.check)
            log.info("ready", next_run=str(schedule.after(datetime.now(UTC)) or "never: RetryJobCronExpression is empty"))
            await stop.wait()
            await timer.finish()
        await clock.give_back()
    await publisher.close()


async def _timer_job(schedule: Schedule, clock: Clock, _: Depths) -> dict[str, TimerJob]:
    """Return the part of a heartbeat that tells when the timer job ran and runs."""
    return {"timer_job": TimerJob(expression=schedule.expression, last_run_at=await clock.last_tick(), next_run_at=schedule.after(datetime.now(UTC)))}
