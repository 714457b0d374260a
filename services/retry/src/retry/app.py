"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from functools import partial

import structlog
from starlette.applications import Starlette

from common.broker import Publisher, connect
from common.database import open_database, wait_until_there
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import background, listening, run
from common.settings import DatabaseSettings, load
from retry.ask import Ask
from retry.errors import ScheduleError
from retry.requeue import Requeue
from retry.schedule import Schedule
from retry.settings import Settings, expression_of
from retry.store.clock import Clock
from retry.store.failed import Failed
from retry.store.requeues import Requeues
from retry.timer import Timer

log = structlog.get_logger()


def main() -> None:
    """Run one retry replica until it is asked to stop, or make its indexes."""
    parser = argparse.ArgumentParser(prog="mboc-retry", description="Runs Failed deliveries again, on a cron.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="make the indexes that are missing, and end; needs MONGODB_URL alone")
    if parser.parse_args().command == "migrate":
        asyncio.run(_migrate(load(DatabaseSettings)))
        return
    settings = load(Settings)
    try:
        schedule = Schedule(expression_of(settings), datetime.now(UTC))
    except ScheduleError as error:
        sys.stderr.write(f"Cannot start: {error}.\n")
        raise SystemExit(2) from None
    configure_logs("retry", settings.replica, settings.log_level)
    run(partial(serve, settings, schedule))


async def serve(settings: Settings, schedule: Schedule, stop: asyncio.Event) -> None:
    """Listen at once, act when RabbitMQ and MongoDB are there, finish the work in hand before leaving."""
    readiness = Readiness()
    publisher = Publisher(partial(connect, settings.rabbitmq_url.get_secret_value(), f"retry {settings.replica}"))
    app = Starlette(routes=[*health_routes(readiness), metrics_route()])
    async with listening(app, settings.host, settings.port):
        connection = await publisher.open()
        database = open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
        await wait_until_there(database)
        requeues, clock = Requeues(database, settings.replica), Clock(database, settings.replica, settings.lease_s)
        await requeues.make_indexes()
        loopback = Loopback(connection)
        timer = Timer(schedule, clock, Requeue(Failed(database), requeues, Ask(publisher, connection)), settings.lease_s / 3)
        async with background(loopback.run(), timer.run()):
            readiness.watch(loopback.check)
            log.info("ready", next_run=str(schedule.after(datetime.now(UTC)) or "never: RetryJobCronExpression is empty"))
            await stop.wait()
            await timer.finish()
        await clock.give_back()
    await publisher.close()


async def _migrate(settings: DatabaseSettings) -> None:
    database = open_database(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
    await wait_until_there(database)
    await Requeues(database, "migrate").make_indexes()
    sys.stdout.write("Every index of retry is there.\n")
