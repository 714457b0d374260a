"""The composition root: the only module that reads the settings and connects the parts."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from common.health import Readiness
from common.logs import configure_logs
from common.process import run, run_background
from common.release import RELEASE
from common.settings import load
from simulator.back_offices.back_office import MemoryLimits
from simulator.back_offices.back_offices import BackOffices
from simulator.planners.changes import Changes
from simulator.planners.clock import stepping_clock, system_clock
from simulator.planners.ingest import IngestClient, open_session
from simulator.planners.planners import Planners
from simulator.routes.back_offices import back_office_routes
from simulator.routes.health import health
from simulator.routes.planners import planners
from simulator.routes.problems import problems
from simulator.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BODY_LIMIT = 16 * 1024 * 1024
DRAIN_TIMEOUT_S = 5.0


def main() -> None:
    """Serve the back offices, with the planners at work."""
    parser = argparse.ArgumentParser(
        prog="mboc-simulator",
        description="Simulates Dime.Scheduler's planners and the back offices.",
    )
    parser.add_argument("--version", action="version", version=RELEASE)
    parser.parse_args()
    settings = load(Settings)
    configure_logs("simulator", settings.replica, settings.log_level)
    run(partial(serve, settings))


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve HTTP and run the planners until the stop is requested, then wait briefly for changes
    that are being posted.
    """
    readiness = Readiness()
    limits = MemoryLimits(settings.records, settings.history)
    back_offices = BackOffices(
        limits, settings.back_offices, settings.journal, settings.authentication
    )
    async with open_session() as session:
        work = _planners(
            settings,
            IngestClient(
                session,
                str(settings.ingest_url),
                settings.source,
                settings.secret.get_secret_value(),
            ),
        )
        app = web.Application(client_max_size=BODY_LIMIT, middlewares=[problems])
        app.add_routes([*back_office_routes(back_offices), *planners(work), *health(readiness)])
        async with _listening(app, settings.host, settings.port):
            readiness.watch()
            async with run_background(work.run()):
                await stop.wait()
            await work.drain(DRAIN_TIMEOUT_S)


def _planners(settings: Settings, ingest: IngestClient) -> Planners:
    clock = stepping_clock(settings.start_at) if settings.start_at else system_clock
    changes = Changes(settings.seed, settings.appointments, settings.source_apps, clock)
    return Planners(changes, ingest.report, settings.rate, settings.calls_in_flight)


@contextlib.asynccontextmanager
async def _listening(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Serve the app inside this block. A handler is cancelled when its client disconnects."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
        yield
    finally:
        await runner.cleanup()
