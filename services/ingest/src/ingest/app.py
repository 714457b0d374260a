"""The composition root: the only module that reads the settings and builds real things."""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import Progress
from starlette.applications import Starlette

from common import topology
from common.broker import BrokerAwayError, Publisher, QueueMismatchError, connect
from common.health import Loopback, Readiness, health_routes
from common.logs import configure_logs
from common.metrics import metrics_route
from common.process import background, listening, run
from common.release import RELEASE
from common.settings import load
from common.telemetry.lines import Lines
from common.telemetry.telemetry import Telemetry
from common.traces.exporting import exporting
from ingest.accept import Accept
from ingest.replay import replay
from ingest.routes import webhooks
from ingest.settings import Settings

log = structlog.get_logger()


def main() -> None:
    """Serve the webhook, or replay a file."""
    parser = argparse.ArgumentParser(
        prog="mboc-ingest", description="Turns what Dime.Scheduler reports into transactions."
    )
    parser.add_argument("--version", action="version", version=RELEASE)
    commands = parser.add_subparsers(dest="command")
    replaying = commands.add_parser(
        "replay", help="report the changes of a file again; goes on where it stopped"
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
        raise SystemExit(asyncio.run(_replay(settings, arguments.file)))
    lines = Lines()
    configure_logs("ingest", settings.replica, settings.log_level, lines.keep)
    run(partial(serve, settings, lines))


async def serve(settings: Settings, lines: Lines, stop: asyncio.Event) -> None:
    """Listen at once, be ready when RabbitMQ is there, answer what is in hand before leaving."""
    readiness = Readiness()
    publisher = Publisher(
        lambda: connect(settings.rabbitmq_url.get_secret_value(), f"ingest {settings.replica}"),
        topology.INGEST,
    )
    secrets = {
        source: secret.get_secret_value().encode() for source, secret in settings.secrets.items()
    }
    accept = Accept(publisher, settings.confirm_timeout_s)
    app = Starlette(
        routes=[
            *webhooks(accept, secrets, settings.body_limit, settings.zones),
            *health_routes(readiness),
            metrics_route(),
        ]
    )
    telemetry = Telemetry(
        settings.rabbitmq_url.get_secret_value(), "ingest", settings.replica, lines, readiness
    )
    async with (
        exporting(settings, "ingest", settings.replica),
        listening(app, settings.host, settings.port),
        telemetry.sending(),
    ):
        loopback = Loopback(await publisher.open())
        async with background(loopback.run()):
            readiness.watch(loopback.check)
            log.info("ready")
            await stop.wait()
    await publisher.close()


async def _replay(settings: Settings, file: Path) -> int:
    if not file.is_file():
        sys.stderr.write(f"There is no file {file}.\n")
        return 2
    publisher = Publisher(
        lambda: connect(settings.rabbitmq_url.get_secret_value(), "ingest replay"), topology.INGEST
    )
    try:
        await publisher.open()
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task(f"replaying {file.name}", total=file.stat().st_size)
            refusals = await replay(
                file,
                Accept(publisher, settings.confirm_timeout_s),
                lambda done: progress.update(bar, completed=done),
                settings.zones,
            )
    except QueueMismatchError as error:
        sys.stderr.write(f"Cannot start: {error}\n")
        return 2
    except BrokerAwayError:
        sys.stderr.write(
            "RabbitMQ went away: run the same command again to go on where it stopped.\n"
        )
        return 1
    finally:
        await publisher.close()
    for refusal in refusals:
        sys.stderr.write(f"line {refusal.line} was not accepted: {refusal.reason}\n")
    return 1 if refusals else 0
