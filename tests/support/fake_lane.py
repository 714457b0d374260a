"""A lane with a fake back office and a fake ledger, on the clock of the running loop."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast

from common.contracts.connector import Connector, LaneChanged
from common.contracts.delivery import DeliveryRequested, StatusChanged
from dispatcher.attempt import AttemptResult, AttemptRunner
from dispatcher.back_offices.calls import Confirmation
from dispatcher.back_offices.probe import ProbeResult
from dispatcher.lanes.circuit_breaker import BreakerSettings
from dispatcher.lanes.credential import Credential
from dispatcher.lanes.groups import LaneKey, membership_of
from dispatcher.lanes.lane_change_publisher import LaneChangePublisher
from dispatcher.lanes.lane_state import LaneState
from dispatcher.ledger.claim import Claim, ClaimResult, Granted, UnknownAttempt
from dispatcher.outcome import Outcome
from dispatcher.subscription import MessageInHand
from tests.support.builders import a_connector, a_delivery
from tests.support.virtual_time import now

PASSED = ProbeResult(passed=True, sentence="It answers.")
FAILED = ProbeResult(passed=False, sentence="It does not answer.")


class FakeClient:
    """A back office with prepared answers, which succeeds when none is left.

    `answers` are for calls and `probes` for connection tests, both in order. An exception is
    raised, and a callable is awaited first.
    """

    def __init__(self, *answers: object) -> None:
        self.answers: list[object] = list(answers)
        self.probes: list[object] = []
        self.preparing: Exception | None = None
        self.sent: list[DeliveryRequested] = []
        self.sent_at: list[float] = []
        self.probed_at: list[float] = []

    @property
    def tried_at(self) -> list[float]:
        """The times of all calls and connection tests."""
        return sorted((*self.sent_at, *self.probed_at))

    def prepare(self, request: DeliveryRequested) -> DeliveryRequested:
        """Map the snapshot. Nothing is sent."""
        if self.preparing is not None:
            raise self.preparing
        return request

    async def send(self, prepared: DeliveryRequested) -> object:
        """Take the next answer of a call."""
        self.sent.append(prepared)
        self.sent_at.append(now())
        return await _answer(self.answers, Confirmation(200, None))

    async def probe(self) -> object:
        """Take the next answer of a connection test."""
        self.probed_at.append(now())
        return await _answer(self.probes, PASSED)

    async def close(self) -> None:
        """Do nothing."""


async def _answer(answers: list[object], default: object) -> object:
    answer = answers.pop(0) if answers else default
    if callable(answer):
        answer = await cast("Callable[[], Awaitable[object]]", answer)()
    if isinstance(answer, BaseException):
        raise answer
    return default if answer is None else answer


class FakeClients:
    """The one client of a lane, for every version of the connector."""

    def __init__(self, client: FakeClient) -> None:
        self.client = client

    def get(self, _: Connector) -> FakeClient:
        """Return the client."""
        return self.client


class FakeLedger:
    """Grants every claim, after the prepared answers."""

    def __init__(self, *answers: ClaimResult | Exception) -> None:
        self.answers = list(answers)
        self.settled: list[tuple[str, Outcome]] = []
        self.released: list[str] = []
        self.undelivered: list[str] = []
        self.missing: list[str] = []
        self.forgotten: list[str] = []
        self.has_newer = False
        self.settling: asyncio.Event | None = None
        self.open: set[str] = set()

    async def claim(self, claim: Claim) -> ClaimResult:
        """Return the next prepared answer, or grant the claim."""
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else Granted(claim)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Granted):
            self.open.add(answer.claim.token)
        return answer

    async def record_owed_create(self, request: DeliveryRequested) -> None:
        """Store the delivery whose version the back office does not get."""
        self.undelivered.append(request.delivery_id)

    async def record_missing(self, granted: Granted) -> None:
        """Store the delivery whose record the back office certainly does not have."""
        self.missing.append(granted.claim.request.delivery_id)

    async def newer_waits(self, _: Granted) -> bool:
        """Return whether a newer version waits."""
        await asyncio.sleep(0)
        return self.has_newer

    async def forget_newest(self, request: DeliveryRequested) -> None:
        """Store the delivery whose version no longer waits."""
        self.forgotten.append(request.delivery_id)

    async def settle(self, granted: Granted, outcome: Outcome) -> None:
        """Store the outcome, even if the caller is cancelled meanwhile, as the ledger does.

        Waits for `settling` if it is set.
        """
        await asyncio.shield(asyncio.ensure_future(self._settle(granted.claim, outcome)))

    async def _settle(self, claim: Claim, outcome: Outcome) -> None:
        await asyncio.sleep(0)
        if self.settling is not None:
            await self.settling.wait()
        self.settled.append((claim.key, outcome))
        self.open.discard(claim.token)

    async def release(self, claim: Claim) -> None:
        """Release the claim."""
        await asyncio.sleep(0)
        if claim.token in self.open:
            self.released.append(claim.key)
        self.open.discard(claim.token)


class FakeStatuses:
    """Stores published statuses."""

    def __init__(self) -> None:
        self.events: list[StatusChanged] = []

    def publish(self, event: StatusChanged) -> asyncio.Future[None]:
        """Store the status and confirm the publication at once."""
        self.events.append(event)
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        confirmed.set_result(None)
        return confirmed


class FakeLane(NamedTuple):
    """A lane's state with its fake collaborators."""

    state: LaneState
    client: FakeClient
    changes: list[LaneChanged]
    ledger: FakeLedger

    @property
    def is_held(self) -> bool:
        """Whether the lane is held, so that no delivery is sent."""
        return self.state.breaker.is_held

    async def deliver(
        self,
        request: DeliveryRequested | None = None,
        in_hand: MessageInHand | None = None,
        *,
        unknown: UnknownAttempt | None = None,
    ) -> AttemptResult:
        """Run one attempt of a claimed delivery, after an attempt of unknown outcome if given."""
        claim = Claim(request or a_delivery())
        self.ledger.open.add(claim.token)
        runner = AttemptRunner(self.state, cast("Any", self.ledger))
        result = await runner.run(Granted(claim, unknown=unknown), in_hand or a_message())
        assert result is not None
        return result


def a_lane(client: FakeClient, credential: Credential | None = None, **fields: Any) -> FakeLane:
    """Build a lane of this replica. `fields` are fields of the connector or settings of the
    breaker.
    """
    names = BreakerSettings.__dataclass_fields__
    settings = BreakerSettings(**{k: v for k, v in fields.items() if k in names})
    connector = a_connector(**{k: v for k, v in fields.items() if k not in names})
    changes: list[LaneChanged] = []
    clients = cast("Any", FakeClients(client))
    membership = membership_of(connector, LaneKey(connector.connector_id))
    report = LaneChangePublisher(connector.connector_id, "replica", changes.append)
    state = LaneState(connector, membership, settings, clients, report, now)
    state.credential.credential = credential
    state.leased_until = math.inf
    return FakeLane(state, client, changes, FakeLedger())


def a_message() -> MessageInHand:
    """Build a message that was just received."""
    return MessageInHand(cast("Any", None), now())


def changed(connector: Connector, **fields: Any) -> Connector:
    """Return the connector's next version."""
    return connector.model_copy(update={"version": connector.version + 1} | fields)
