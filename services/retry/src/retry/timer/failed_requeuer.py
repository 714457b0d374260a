"""Asks for another attempt of every Failed delivery: claim, publish, mark; a kill anywhere repeats
a step and asks for none twice.
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Protocol

from common.contracts.delivery import DeliveryRequested, Trigger
from retry.metrics import REQUEUED, WITHOUT_TRANSACTION
from retry.model.candidate import Candidate, Claimant
from retry.model.token_bucket import Pace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

    from common.contracts.transaction import TransactionReceived
    from retry.model.candidate import Claim

    class Failed(Protocol):
        """What failed."""

        def pages(self) -> AsyncIterator[list[Candidate]]:
            """Yield every Failed delivery that may be asked for now."""
            ...

    class Transactions(Protocol):
        """The snapshots."""

        async def of(self, ids: Iterable[str]) -> dict[str, TransactionReceived]:
            """Return transactions by id."""
            ...

    class Requeues(Protocol):
        """The claims."""

        async def claim(self, candidates: Sequence[Candidate], claimant: Claimant) -> list[Claim]:
            """Claim what nobody has; return whose each candidate is."""
            ...

        async def unpublished(self) -> list[Claim]:
            """Return the timer job's claims that were never marked."""
            ...

        async def mark(self, published: Sequence[Candidate]) -> None:
            """Note that they are published."""
            ...

    class Ask(Protocol):
        """The broker."""

        async def __call__(self, requests: Sequence[DeliveryRequested]) -> None:
            """Return when the broker has confirmed all requests."""
            ...


FASTEST = 10_000.0
TOGETHER = 200


class Requeue:
    """Failed deliveries -> DeliveryRequested with the next attempt's number."""

    def __init__(
        self,
        failed: Failed,
        transactions: Transactions,
        requeues: Requeues,
        ask: Ask,
        per_second: float = FASTEST,
    ) -> None:
        self._failed = failed
        self._transactions = transactions
        self._requeues = requeues
        self._ask = ask
        self._per_second = per_second

    async def __call__(self, goes_on: Callable[[], bool] = lambda: True) -> int:
        """Ask for each Failed delivery once, as long as it ``goes_on``; returns how many."""
        asked, pace = 0, Pace(self._per_second, time.monotonic())
        claimant = Claimant(uuid.uuid4().hex, Trigger.TIMER_JOB)
        async for page in self._failed.pages():
            begin = 0
            while begin < len(page):
                end = begin + await pace.take(min(TOGETHER, len(page) - begin))
                if not goes_on():
                    return asked
                asked += await self._some(page[begin:end], claimant)
                begin = end
        return asked

    async def _some(self, candidates: Sequence[Candidate], claimant: Claimant) -> int:
        transactions = await self._transactions.of(c.transaction_id for c in candidates)
        sendable = [c for c in candidates if c.transaction_id in transactions]
        WITHOUT_TRANSACTION.inc(len(candidates) - len(sendable))
        claims = await self._requeues.claim(sendable, claimant)
        return await self._publish(
            [c for c in claims if c.claimant.token == claimant.token], transactions
        )

    async def resume(self) -> int:
        """Publish what a killed replica had claimed; the same ids as it would have used, so
        nothing is sent twice.
        """
        claims = await self._requeues.unpublished()
        return await self._publish(
            claims, await self._transactions.of(c.candidate.transaction_id for c in claims)
        )

    async def _publish(
        self, claims: Sequence[Claim], transactions: Mapping[str, TransactionReceived]
    ) -> int:
        if not claims:
            return 0
        sendable = [
            (c, transactions[c.candidate.transaction_id])
            for c in claims
            if c.candidate.transaction_id in transactions
        ]
        await self._ask(
            [
                claim.candidate.request(transaction, claim.claimant.trigger)
                for claim, transaction in sendable
            ]
        )
        await self._requeues.mark([claim.candidate for claim in claims])
        REQUEUED.labels(Trigger.TIMER_JOB).inc(len(sendable))
        return len(sendable)
