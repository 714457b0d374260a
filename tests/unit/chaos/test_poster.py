"""Posts as Dime.Scheduler does: in order per appointment, with retries until accepted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
import pytest

from chaos import poster
from chaos.evidence import Accepted
from chaos.planners import stream
from chaos.poster import Poster
from tests.support.system import System

CHANGES = stream(1, 60, ("one",), datetime(2026, 7, 21, tzinfo=UTC))


class Ingest:
    """Refuses every third post in one of two ways, and records the others in order."""

    def __init__(self, refusal: int = 503) -> None:
        self.noted: list[tuple[str, str]] = []
        self.posts = 0
        self._refusal = refusal

    async def post(self, _action: str, body: bytes) -> tuple[int, dict[str, Any]]:
        self.posts += 1
        await asyncio.sleep(0)
        if self.posts % 6 == 0:
            raise aiohttp.ClientConnectionError("refused")
        if self.posts % 3 == 0:
            return self._refusal, {}
        snapshot = json.loads(body)
        self.noted.append((str(snapshot["Id"]), snapshot["LastModifiedDate"]))
        return 202, {"transactions": [f"t{self.posts}"]}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "RETRY_PAUSE_S", 0.001)


def a_poster(ingest: Ingest, record: Callable[[Accepted], None] = lambda _: None) -> Poster:
    return Poster(cast("System", ingest), 100_000, lambda _: True, record)


async def test_every_change_is_accepted_in_the_end_and_in_order_per_appointment() -> None:
    ingest, noted = Ingest(), list[Accepted]()
    working = a_poster(ingest, noted.append)

    await working.post_all(CHANGES)

    assert len(working.accepted) == len(CHANGES) == len(ingest.noted)
    assert noted == working.accepted
    assert working.refused == ingest.posts - len(CHANGES)
    for appointment in {change.appointment for change in CHANGES}:
        moments = [moment for number, moment in ingest.noted if number == appointment]
        assert moments == sorted(moments)


async def test_a_change_that_is_refused_for_good_ends_the_run() -> None:
    with pytest.raises(ExceptionGroup) as failed:
        await a_poster(Ingest(refusal=422)).post_all(CHANGES)

    assert failed.group_contains(RuntimeError, match="422")
