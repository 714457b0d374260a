"""The bare loops of the comparison, with aio-pika and aiohttp only."""

from __future__ import annotations

import asyncio
import sys
import time

import aio_pika
import aiohttp
import uvloop
from aio_pika.abc import AbstractIncomingMessage

IN_FLIGHT = 64
PREFETCH = 96


async def deliver(url: str, source: str, sink: str, target: str, count: int) -> None:
    """Consume, POST, publish confirmed, acknowledge: ``count`` messages, ``IN_FLIGHT`` at once."""
    connection = await aio_pika.connect_robust(url)
    channel = await connection.channel()
    publishing = await (await aio_pika.connect_robust(url)).channel()
    await channel.set_qos(prefetch_count=PREFETCH)
    queue = await channel.get_queue(source)
    slots, done, finished = asyncio.Semaphore(IN_FLIGHT), 0, asyncio.Event()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def handle(message: AbstractIncomingMessage) -> None:
            nonlocal done
            async with slots, session.post(target, data=message.body) as answer:
                await answer.read()
            await publishing.default_exchange.publish(
                aio_pika.Message(message.body, delivery_mode=2), sink
            )
            await message.ack()
            done += 1
            if done == count:
                finished.set()

        await queue.consume(handle)
        await finished.wait()


async def publish(url: str, sink: str, body: bytes, count: int) -> float:
    """Publish ``count`` persistent messages with confirms, 64 at once, and return messages per
    second.
    """
    connection = await aio_pika.connect_robust(url)
    channel = await connection.channel()
    left = iter(range(count))

    async def one_after_the_other() -> None:
        for _ in left:
            await channel.default_exchange.publish(aio_pika.Message(body, delivery_mode=2), sink)

    began = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(IN_FLIGHT)))
    rate = count / (time.perf_counter() - began)
    await connection.close()
    return rate


if __name__ == "__main__":
    _url, _source, _sink, _target, _count = sys.argv[1:]
    uvloop.run(deliver(_url, _source, _sink, _target, int(_count)))
