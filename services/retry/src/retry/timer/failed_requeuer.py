"""Requests another attempt of *Failed* deliveries: claim, publish, mark.

A kill at any point repeats a step and requests no attempt twice.
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from common.contracts.delivery import Trigger
from retry.metrics import REQUEUED, WITHOUT_TRANSACTION
from retry.model.candidate import Claimant
from retry.model.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from common.contracts.transaction import TransactionReceived
    from retry.model.candidate import RequeueCandidate, RequeueClaim
    from retry.publishing import RetryPublisher
    from retry.store.failed import FailedDeliveries
    from retry.store.requeues import ClaimStore
    from retry.store.transactions import TransactionQueries
    from retry.store.unknown import UnknownOutcomes

MAX_PER_SECOND = 10_000.0
REQUEUE_BATCH = 200


class FailedRequeuer:
    """Requests the next attempt of failed deliveries, at most ``per_second``.

    With ``is_check`` each attempt asks the back office for the record of an earlier attempt.
    """

    def __init__(
        self,
        failed: FailedDeliveries | UnknownOutcomes,
        transactions: TransactionQueries,
        claims: ClaimStore,
        publisher: RetryPublisher,
        per_second: float = MAX_PER_SECOND,
        *,
        is_check: bool = False,
    ) -> None:
        self._failed = failed
        self._transactions = transactions
        self._claims = claims
        self._publisher = publisher
        self._per_second = per_second
        self._is_check = is_check

    async def requeue_all(self, may_continue: Callable[[], bool] = lambda: True) -> int:
        """Request each failed delivery once, until ``may_continue`` is False. Return how many."""
        requested = 0
        bucket = TokenBucket(self._per_second, time.monotonic())
        claimant = Claimant(uuid.uuid4().hex, Trigger.TIMER_JOB, is_check=self._is_check)
        async for page in self._failed.pages():
            begin = 0
            while begin < len(page):
                end = begin + await bucket.take(min(REQUEUE_BATCH, len(page) - begin))
                if not may_continue():
                    return requested
                requested += await self._requeue_batch(page[begin:end], claimant)
                begin = end
        return requested

    async def resume(self) -> int:
        """Publish the requests that a killed replica had claimed. Return how many.

        They have the same message ids as before, so nothing is sent twice.
        """
        claims = await self._claims.unpublished()
        return await self._publish(
            claims, await self._transactions.by_ids(c.candidate.transaction_id for c in claims)
        )

    async def _requeue_batch(
        self, candidates: Sequence[RequeueCandidate], claimant: Claimant
    ) -> int:
        transactions = await self._transactions.by_ids(c.transaction_id for c in candidates)
        sendable = [c for c in candidates if c.transaction_id in transactions]
        WITHOUT_TRANSACTION.inc(len(candidates) - len(sendable))
        claims = await self._claims.claim(sendable, claimant)
        own = [c for c in claims if c.claimant.token == claimant.token]
        return await self._publish(own, transactions)

    async def _publish(
        self, claims: Sequence[RequeueClaim], transactions: Mapping[str, TransactionReceived]
    ) -> int:
        if not claims:
            return 0
        sendable = [c for c in claims if c.candidate.transaction_id in transactions]
        await self._publisher.publish_requests(sendable, transactions)
        await self._claims.mark_published([claim.candidate for claim in claims])
        REQUEUED.labels(Trigger.TIMER_JOB).inc(len(sendable))
        return len(sendable)
