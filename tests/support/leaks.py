"""Scans all stored and emitted texts of the suite for its secrets: logs, databases, the files of
RabbitMQ, metrics and exports.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

from tests.support.secret_scan import SecretScan, noted_secrets
from tests.support.stored_leaks import stored_leaks
from tests.support.system import System

EXPORTS = ("deliveries", "appointments", "audit", "logs", "operations", "users")
BROKER_FILES = ("*.qs", "*.qi", "*.rdq", "*.segment", "*.wal")
"""The files of RabbitMQ that hold messages."""


async def leaks_of(system: System, folder: Path, secrets: Iterable[str] = ()) -> list[str]:
    """Return a line for each leak of the whole session. ``folder`` has the files of all tests.

    Without ``secrets``, it looks for all that the suite noted.
    """
    scan = SecretScan(secrets or noted_secrets())
    texts = [text async for text in _emitted(system)]
    return [
        *scan.leaks(texts),
        *await asyncio.to_thread(lambda: scan.leaks(_files(folder))),
        *await stored_leaks(system.mongodb_url, scan),
    ]


async def _emitted(system: System) -> AsyncIterator[tuple[str, bytes]]:
    """Yield the metrics of every running service, and every export."""
    for name in system.services:
        yield f"metrics of {name}", (await system.metrics(name)).encode()
    for of in EXPORTS:
        for form in ("csv", "jsonl"):
            yield f"export of {of}", await system.download(f"/{of}/export?format={form}")


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for pattern in ("*.log", *BROKER_FILES):
        for path in folder.rglob(pattern):
            if path.is_file():
                yield str(path.relative_to(folder)), path.read_bytes()
