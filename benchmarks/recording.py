"""``python -m benchmarks.recording``: measures the recorder with many statuses in lists of 500
while MongoDB is slow, and prints ``name value unit``.

One status is unreadable. Every confirmed write is searched for in later writes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from common import topology
from common.contracts.delivery import StatusChanged
from local_stack.servers.mongodb import MongoDb
from portal_api.recording.consumers import MESSAGE_PREFETCH, MessageHandler
from portal_api.recording.record import Recorder
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, an_event
from tests.support.database import a_database
from tests.support.slow_database import SlowDatabase
from tests.support.tcp_proxy import a_tcp_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EACH = 500
TIMEOUT_MS = 500
UNREADABLE = 7


class DeadLetterCounter:
    """Counts dead letters."""

    def __init__(self) -> None:
        self.count = 0

    async def publish_until_confirmed(self, *_: object, **__: object) -> None:
        """Count one dead letter."""
        self.count += 1


async def messages(count: int) -> AsyncIterator[Any]:
    """Yield RabbitMQ messages with lists of statuses."""
    sample = an_event().model_dump(mode="json")
    for first in range(0, count, EACH):
        statuses = []
        for number in range(first, first + EACH):
            at = (A_MOMENT + timedelta(milliseconds=number)).isoformat()
            own = {"delivery_id": f"t{number}.c1", "transaction_id": f"t{number}", "at": at}
            appointment = sample["appointment"] | {"key": f"bench/{number}"}
            statuses.append(sample | own | {"appointment": appointment, "received_at": at})
        if first == 0:
            statuses[UNREADABLE]["status"] = "A status of a later version"
        yield SimpleNamespace(
            body=json.dumps(statuses).encode(),
            type=StatusChanged.__name__,
            headers={},
            redelivered=False,
            exchange="statuses",
            message_id=str(first),
        )


async def record(recorder: MessageHandler, count: int) -> None:
    """Record all statuses, with as many concurrent messages as the consumer has."""
    in_hand = asyncio.Semaphore(MESSAGE_PREFETCH)

    async def one(message: Any) -> None:
        try:
            await recorder.handle(topology.PORTAL_API_STATUSES.name, message)
        finally:
            in_hand.release()

    async with asyncio.TaskGroup() as group:
        async for message in messages(count):
            await in_hand.acquire()
            group.create_task(one(message))


async def measure(count: int, bytes_per_s: float) -> None:
    """Measure the recorder and print the figures."""
    server = MongoDb(Path(tempfile.mkdtemp()))
    await server.start()
    dead_letters: Any = DeadLetterCounter()
    async with a_database(server.url) as database, a_tcp_proxy(server.url) as proxy:
        proxy.bytes_per_s = bytes_per_s
        slow: Any = SlowDatabase(database, proxy, TIMEOUT_MS)
        before, began = _peak_mib(), time.monotonic()
        await record(MessageHandler(Recorder(Writer(slow)), dead_letters), count)
        took = time.monotonic() - began
        recorded = await database["deliveries"].count_documents({"status": "Success"})
    await server.stop()
    print("recorded", recorded, "statuses")
    print("rate", round(recorded / took), "statuses/s")
    print("dead_letters", dead_letters.count, "messages")
    print("timeouts", slow.timeouts, "writes")
    print("most_changes", slow.most, "in one write")
    print("repeated", slow.repeated, "confirmed changes")
    print("memory", round(_peak_mib() - before), "MiB above the start")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statuses", type=int, default=200_000)
    parser.add_argument(
        "--mb-per-s", type=float, default=8.0, help="bandwidth of the connection to MongoDB"
    )
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.statuses, arguments.mb_per_s * 1_000_000))
