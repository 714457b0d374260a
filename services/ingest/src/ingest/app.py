"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import argparse
import asyncio
from functools import partial
from pathlib import Path

import structlog
from starlette.applications import Starlette

from common import topology
from common.broker import Publisher, connect
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.problem import install_for_plain_routes
from common.process import run, run_background, serve_http
from common.release import RELEASE
from common.settings import load
from common.telemetry.log_buffer import LogBuffer
from common.telemetry.publisher import TelemetryPublisher
from common.traces.exporting import export_traces
from ingest.replay.command import replay_file, run_replay
from ingest.replay.display import ReplayDisplay
from ingest.replay.replayer import Replayer
from ingest.routes import webhooks
from ingest.settings import Settings
from ingest.transaction_publisher import TransactionPublisher

log = structlog.get_logger()


def main() -> None:
    """Serve the webhook, or replay a file."""
    parser = argparse.ArgumentParser(
        prog="mboc-ingest", description="Turns what Dime.Scheduler reports into transactions."
    )
    parser.add_argument("--version", action="version", version=RELEASE)
    commands = parser.add_subparsers(dest="command")
    replaying = commands.add_parser(
        "replay",
        help="report the changes of a file again; a second run resumes where the first one stopped",
    )
    replaying.add_argument(
        "file",
        type=Path,
        help=(
            'JSON lines: {"source": "...", "action": "create|update|delete", "body": {...} or '
            '"<JSON text>"}'
        ),
    )
    arguments = parser.parse_args()
    settings = load(Settings)
    if arguments.command == "replay":
        raise SystemExit(run_replay(arguments.file, partial(_replay, settings)))
    lines = LogBuffer()
    configure_logs("ingest", settings.replica, settings.log_level, lines.append)
    run(partial(serve, settings, lines))


async def serve(settings: Settings, lines: LogBuffer, stop: asyncio.Event) -> None:
    """Serve HTTP at once, and accept changes while RabbitMQ is available.

    Requests in progress are answered before the process ends.
    """
    readiness = Readiness()
    publisher = Publisher(
        lambda: connect(settings.rabbitmq_url.get_secret_value(), f"ingest {settings.replica}"),
        topology.INGEST,
    )
    secrets = {
        source: secret.get_secret_value().encode() for source, secret in settings.secrets.items()
    }
    transactions = TransactionPublisher(publisher, settings.confirm_timeout_s)
    app = Starlette(
        routes=[
            *webhooks(
                transactions,
                secrets,
                settings.body_limit,
                settings.zones,
                settings.trusted_proxies,
            ),
            *health_routes(readiness, serves_requests=True),
            metrics_route(),
        ]
    )
    install_for_plain_routes(app)
    telemetry = TelemetryPublisher(
        settings.rabbitmq_url.get_secret_value(), "ingest", settings.replica, lines, readiness
    )
    async with (
        export_traces(settings, "ingest", settings.replica),
        serve_http(app, settings.host, settings.port),
        telemetry.sending(),
    ):
        with readiness.waiting_for_servers():
            loopback = Loopback(await publisher.open(), topology.INGEST)
        async with run_background(loopback.run()):
            readiness.watch(loopback.check)
            log.info("ready")
            await stop.wait()
    await publisher.close()


async def _replay(settings: Settings, file: Path) -> int:
    publisher = Publisher(
        lambda: connect(settings.rabbitmq_url.get_secret_value(), "ingest replay"), topology.INGEST
    )
    display = ReplayDisplay(file)
    replayer = Replayer(
        TransactionPublisher(publisher, settings.confirm_timeout_s),
        settings.body_limit,
        display,
        settings.zones,
    )
    return await replay_file(file, publisher, replayer, display)
