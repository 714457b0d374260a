"""One attempt of one delivery: up to three tries, and the only place where an expected failure
becomes a status.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

from common.contracts.delivery import Status
from dispatcher.errors import DeliveryError
from dispatcher.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dispatcher.back_offices.calls import Receipt
    from dispatcher.lanes.desk import Desk

TRIES = 3
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0


def pause_before_next(error: DeliveryError, tries: int) -> float | None:
    """Return the seconds until the next try, or None when there is none (domain.md, 6.5:
    exponential, full jitter, Retry-After).
    """
    if not error.transient or tries >= TRIES:
        return None
    if error.retry_after_s is not None:
        return error.retry_after_s if error.retry_after_s <= LONGEST_PAUSE_S else None
    return random.uniform(0.5, 1.0) * FIRST_PAUSE_S * float(2 ** (tries - 1))  # noqa: S311 - jitter


async def attempt(
    desk: Desk,
    send: Callable[[], Awaitable[Receipt]],
    settle: Callable[[Outcome], Awaitable[Outcome]],
) -> Outcome:
    """Send within the connector's limits; raises HandBackError when nothing was sent and the wait
    became too long.

    A call counts as in flight until its success is settled: so a kill repeats no more calls than
    may be in flight.
    """
    began, tries = time.monotonic(), 0
    while True:
        try:
            async with desk.limiter.slot():
                receipt = await _call(desk, send)
                return await settle(
                    Outcome(
                        status=Status.SUCCESS,
                        http_status=receipt.http_status,
                        exchange=receipt.exchange,
                        tries=tries + 1,
                        duration_ms=_since(began),
                    )
                )
        except DeliveryError as error:
            if desk.gate.is_held and error.is_connectors and not error.outcome_unknown:
                # A sick connector holds: this delivery waits for a probe to succeed instead of
                # failing with it.
                continue
            tries += 1
            pause = pause_before_next(error, tries)
            if pause is None:
                return await settle(_failure(error, tries, began))
        await asyncio.sleep(pause)


async def _call(desk: Desk, send: Callable[[], Awaitable[Receipt]]) -> Receipt:
    """Make one call, and tell the gate how the back office took it."""
    await desk.gate.enter()
    with desk.calling():
        try:
            receipt = await send()
        except DeliveryError as error:
            desk.failed(error)
            raise
        except BaseException:
            desk.gate.left()
            raise
    desk.succeeded()
    return receipt


def _failure(error: DeliveryError, tries: int, began: float) -> Outcome:
    return Outcome(
        status=Status.FAILED,
        code=error.code,
        message=str(error),
        retryable=error.retryable,
        outcome_unknown=error.outcome_unknown,
        http_status=error.http_status,
        exchange=error.exchange,
        tries=tries,
        duration_ms=_since(began),
    )


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
