from __future__ import annotations

import asyncio
import threading
from typing import Any, cast

import pytest

from common.contracts.appointment import Action
from common.contracts.delivery import DeliveryRequested, Status
from dispatcher.attempt import AttemptRunner
from dispatcher.back_offices.parsing import SHORT_BYTES
from dispatcher.deliver import DeliveryService
from dispatcher.errors import (
    DeliveryError,
    ForbiddenError,
    GatewayFaultError,
    GoneError,
    MisconfiguredError,
    NoAnswerError,
    RefusedError,
    ServerFaultError,
    ThrottledError,
    UnauthorisedError,
    UnconfirmedError,
    UnreachableError,
)
from dispatcher.ledger.claim import (
    AlreadySettled,
    Claim,
    ClaimedElsewhere,
    Granted,
    NewerWaits,
)
from dispatcher.next_try import MAX_TRIES, TryCounts, backoff_s, decide_next_try
from dispatcher.outcome import Outcome
from tests.support.builders import A_MOMENT, a_delivery, a_transaction
from tests.support.fake_lane import FakeClient, FakeLane, FakeStatuses, a_lane, a_message, changed
from tests.support.virtual_time import in_virtual_time, now, settle

FAULT = ServerFaultError("DSBC009", "A record is locked.", http_status=500)
GATEWAY_FAULT = GatewayFaultError("DSWBHK020", "Status code: 502.", http_status=502)
ANSWERED_NOTHING = NoAnswerError("DSHTTP001", "No answer within 5 s.")
ANSWERED_NOTHING.transient = True  # as where a repetition is stored once
REFUSED = RefusedError("DSUNK001", "No such job.", http_status=400)
GONE = GoneError("DSWBHK020", "Status code: 410.", http_status=410)
UNREACHABLE = UnreachableError("DSWBHK010", "It cannot be reached.")
UNAUTHORISED = UnauthorisedError("DSWBHK020", "Status code: 401.", http_status=401)
THROTTLED = ThrottledError("DSWBHK020", "Status code: 429.", http_status=429)
ASKED_TO_WAIT = ThrottledError(
    "DSWBHK020", "Status code: 429.", http_status=429, retry_after_s=3600
)


class NoQuestions:
    """A connector that does not ask for the state of records."""

    async def open(self, _request: object, _connector: object, outcome: object) -> object:
        """Return the outcome unchanged."""
        return outcome


class Delivering:
    """A delivery service with fake neighbours, and one delivery under way."""

    def __init__(self, lane: FakeLane, request: DeliveryRequested | None = None) -> None:
        self.lane = lane
        self.statuses = FakeStatuses()
        self.message = a_message()
        self._service = DeliveryService(
            lane.state,
            cast("Any", lane.ledger),
            cast("Any", self.statuses),
            cast("Any", NoQuestions()),
            "replica",
        )
        self.task = self.deliver(request or a_delivery())

    def deliver(self, request: DeliveryRequested) -> asyncio.Task[None]:
        """Begin another delivery of the same lane."""
        return asyncio.create_task(self._deliver(request))

    async def _deliver(self, request: DeliveryRequested) -> None:
        await self._service.deliver(request, self.message)

    async def cancel(self) -> None:
        """Stop the delivery, as when the dispatcher stops."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def hanging() -> object:
    await asyncio.sleep(60)
    return None


@in_virtual_time
async def test_a_transient_fault_is_tried_up_to_three_times() -> None:
    client = FakeClient(FAULT, FAULT, FAULT)

    outcome = (await a_lane(client).deliver()).outcome

    assert (outcome.status, outcome.tries, outcome.http_status) == (Status.FAILED, 3, 500)
    assert outcome.message == "[DSBC009] A record is locked."
    assert len(client.sent) == 3


@in_virtual_time
async def test_a_try_that_succeeds_ends_the_attempt() -> None:
    outcome = (await a_lane(FakeClient(FAULT)).deliver()).outcome

    assert (outcome.status, outcome.tries, outcome.http_status) == (Status.SUCCESS, 2, 200)


@pytest.mark.parametrize(
    "error",
    [
        RefusedError("DSWBHK020", "no", http_status=400),
        NoAnswerError("DSWBHK010", "silence"),
        GATEWAY_FAULT,
        ForbiddenError("DSWBHK020", "no", http_status=403),
        MisconfiguredError("DSWBHK020", "no such page", http_status=404),
        UnconfirmedError("DSWBHK020", "not readable", http_status=200),
    ],
)
@in_virtual_time
async def test_refusals_and_unknown_outcomes_are_not_tried_again(error: DeliveryError) -> None:
    client = FakeClient(error)

    outcome = (await a_lane(client).deliver()).outcome

    assert (outcome.status, outcome.tries, len(client.sent)) == (Status.FAILED, 1, 1)
    assert outcome.outcome_unknown is error.outcome_unknown


@pytest.mark.parametrize("error", [UNREACHABLE, UNAUTHORISED, ASKED_TO_WAIT, GONE])
@pytest.mark.parametrize("is_held", [False, True])
@pytest.mark.parametrize("made", [0, 1, 2])
def test_a_delivery_of_which_nothing_was_sent_never_fails(
    error: DeliveryError, made: int, *, is_held: bool
) -> None:
    tries = TryCounts(made=made)

    for _ in range(50):
        tries = tries.after(error)
        assert not decide_next_try(error, tries, is_held=is_held).ends_attempt


def test_three_tries_that_reached_nothing_hold_the_lane() -> None:
    tries, holds = TryCounts(), list[bool]()

    for _ in range(MAX_TRIES):
        tries = tries.after(UNREACHABLE)
        holds.append(decide_next_try(UNREACHABLE, tries, is_held=False).holds_lane)

    assert holds == [False, False, True]


def test_throttling_without_a_time_counts_as_a_fault_unless_the_lane_is_held() -> None:
    tries = TryCounts(made=3)

    assert decide_next_try(THROTTLED, tries, is_held=False).ends_attempt
    assert not decide_next_try(THROTTLED, tries, is_held=True).ends_attempt


def test_pauses_grow_with_jitter() -> None:
    first, second = backoff_s(1), backoff_s(2)

    assert 0.25 <= first <= 0.5 <= second <= 1.0


@in_virtual_time
async def test_an_unforeseen_error_before_the_call_fails_the_delivery_after_three_tries() -> None:
    client = FakeClient()
    client.preparing = KeyError("secret payload")
    lane = a_lane(client)

    outcome = (await lane.deliver()).outcome

    assert (outcome.status, outcome.code, outcome.tries) == (Status.FAILED, "DSUNK001", 3)
    assert not outcome.outcome_unknown
    assert outcome.trace is not None
    assert "in prepare" in outcome.trace
    assert "KeyError" in outcome.trace
    assert "secret payload" not in outcome.model_dump_json()
    assert client.sent == []
    assert lane.ledger.open == set()


@in_virtual_time
async def test_an_unforeseen_error_in_the_call_leaves_an_unknown_outcome_after_one_try() -> None:
    client = FakeClient(ValueError("secret payload"))
    lane = a_lane(client)

    outcome = (await lane.deliver()).outcome

    assert (outcome.status, outcome.code, outcome.tries) == (Status.FAILED, "DSUNK001", 1)
    assert outcome.outcome_unknown
    assert outcome.trace is not None
    assert "secret payload" not in outcome.model_dump_json()
    assert [settled for _, settled in lane.ledger.settled] == [outcome]


@in_virtual_time
async def test_a_later_version_goes_on_after_an_unforeseen_error() -> None:
    delivering = Delivering(a_lane(FakeClient(ValueError("bug"))), a_delivery())
    later = delivering.deliver(a_delivery(transaction=a_transaction("t2")))

    await asyncio.gather(delivering.task, later)

    assert [event.status for event in delivering.statuses.events] == [
        Status.FAILED,
        Status.SUCCESS,
    ]


@in_virtual_time
async def test_a_client_that_cannot_be_built_fails_the_delivery_with_its_reason() -> None:
    lane = a_lane(FakeClient())
    error = MisconfiguredError("DSCFG011", "The connector has no client secret.")

    def get(_: object) -> FakeClient:
        raise error

    cast("Any", lane.state.clients).get = get
    outcome = (await lane.deliver()).outcome

    assert (outcome.status, outcome.message) == (Status.FAILED, str(error))


@in_virtual_time
async def test_a_call_is_in_flight_until_its_success_is_settled() -> None:
    client = FakeClient()
    lane = a_lane(client, limits={"calls_in_flight": 1})
    lane.ledger.settling = asyncio.Event()
    both = asyncio.gather(lane.deliver(), lane.deliver())
    await settle()

    before = len(client.sent)
    lane.ledger.settling.set()
    await both

    assert (before, len(client.sent)) == (1, 2)


@in_virtual_time
async def test_no_slot_is_held_while_a_delivery_waits_for_its_next_try() -> None:
    client = FakeClient(FAULT)
    lane = a_lane(client, limits={"calls_in_flight": 1})
    first = asyncio.create_task(lane.deliver())
    await settle()

    await lane.deliver(a_delivery(connector_id="c2"))

    assert now() == 0
    await first


@in_virtual_time
async def test_a_delivery_cut_off_during_its_call_is_settled_as_unknown() -> None:
    delivering = Delivering(a_lane(FakeClient(hanging)))
    await asyncio.sleep(1)

    await delivering.cancel()

    ((_, outcome),) = delivering.lane.ledger.settled
    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, True)
    assert "stopped during the call" in (outcome.message or "")
    assert delivering.statuses.events == []
    assert delivering.lane.ledger.open == set()


@in_virtual_time
async def test_a_delivery_that_ends_before_its_call_gives_its_claim_back() -> None:
    lane = a_lane(FakeClient(), limits={"calls_in_flight": 1})
    await lane.state.limiter.acquire("another")
    delivering = Delivering(lane)
    await settle()

    await delivering.cancel()

    assert lane.ledger.released == ["t1.c1.1"]
    assert (lane.ledger.settled, lane.ledger.open, lane.client.sent) == ([], set(), [])


async def test_a_delivery_cut_off_while_a_long_snapshot_is_mapped_gives_its_claim_back() -> None:
    client, began, may_end = FakeClient(), threading.Event(), threading.Event()

    def prepare(request: DeliveryRequested) -> DeliveryRequested:
        began.set()
        may_end.wait(10)
        return request

    client.prepare = prepare  # type: ignore[method-assign]
    long = a_delivery(transaction=a_transaction(body=" " * (SHORT_BYTES + 1)))
    delivering = Delivering(a_lane(client), long)
    await asyncio.to_thread(began.wait, 10)

    await delivering.cancel()
    may_end.set()

    assert delivering.lane.ledger.released == ["t1.c1.1"]
    assert (delivering.lane.ledger.settled, client.sent) == ([], [])


@in_virtual_time
async def test_a_delivery_that_ends_between_its_tries_gives_its_claim_back() -> None:
    delivering = Delivering(a_lane(FakeClient(FAULT)))
    await settle()
    begun = delivering.message.must_finish

    await delivering.cancel()

    assert not begun
    assert delivering.lane.ledger.released == ["t1.c1.1"]


@in_virtual_time
async def test_a_delivery_cut_off_while_its_success_is_settled_is_known_as_delivered() -> None:
    lane = a_lane(FakeClient())
    lane.ledger.settling = asyncio.Event()
    delivering = Delivering(lane)
    await settle()

    delivering.task.cancel()
    await settle()
    lane.ledger.settling.set()
    await asyncio.gather(delivering.task, return_exceptions=True)

    assert [outcome.status for _, outcome in lane.ledger.settled] == [Status.SUCCESS]
    assert lane.ledger.open == set()


@in_virtual_time
async def test_every_slot_comes_back_whatever_happens() -> None:
    client = FakeClient(FAULT, ValueError("bug"), UNREACHABLE, hanging, hanging)
    lane = a_lane(client)
    tasks = [asyncio.create_task(lane.deliver(a_delivery(connector_id=n))) for n in "abcdefgh"]
    await asyncio.sleep(5)

    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert lane.state.limiter._total == 0


@in_virtual_time
async def test_a_delivery_that_has_its_outcome_is_not_sent_again() -> None:
    lane = a_lane(FakeClient())
    lane.ledger.answers = [AlreadySettled(Outcome(status=Status.SUCCESS, http_status=204))]

    delivering = Delivering(lane)
    await delivering.task

    assert lane.client.sent == []
    assert [event.http_status for event in delivering.statuses.events] == [204]


@in_virtual_time
async def test_a_delivery_waits_while_another_replica_calls_for_its_appointment() -> None:
    lane = a_lane(FakeClient())
    lane.ledger.answers = [ClaimedElsewhere()] * 5

    delivering = Delivering(lane)
    await settle()
    waits = not delivering.message.must_finish
    await delivering.task

    assert waits
    assert [event.status for event in delivering.statuses.events] == [Status.SUCCESS]


@in_virtual_time
async def test_changes_of_one_appointment_are_sent_in_their_order() -> None:
    lane = a_lane(FakeClient(FAULT, FAULT))
    delivering = Delivering(lane)
    later = [
        delivering.deliver(a_delivery(transaction=a_transaction(f"t{number}"))) for number in (2, 3)
    ]

    await asyncio.gather(delivering.task, *later)

    sent = [request.transaction.transaction_id for request in lane.client.sent]
    assert sent == ["t1", "t1", "t1", "t2", "t3"]


@in_virtual_time
async def test_an_appointment_waits_for_no_other() -> None:
    lane = a_lane(FakeClient(hanging))
    delivering = Delivering(lane)
    other = delivering.deliver(a_delivery(transaction=a_transaction("t2", key="demo/other")))

    await asyncio.wait_for(other, 1)

    assert not delivering.task.done()
    await delivering.cancel()


@in_virtual_time
async def test_a_disabled_connector_is_answered_without_a_claim() -> None:
    lane = a_lane(FakeClient(), enabled=False)

    delivering = Delivering(lane)
    await delivering.task

    assert [event.status for event in delivering.statuses.events] == [Status.MBOC_PUBLISH_DISABLED]
    assert lane.client.sent == []


@in_virtual_time
async def test_a_call_that_is_stored_once_is_repeated_without_an_answer() -> None:
    lane = a_lane(FakeClient(*[ANSWERED_NOTHING] * 3))

    outcome = (await lane.deliver()).outcome

    assert (outcome.status, outcome.tries, outcome.outcome_unknown) == (Status.FAILED, 3, True)
    assert outcome.retryable
    assert not lane.is_held


@pytest.mark.parametrize("last", [REFUSED, FAULT])
@in_virtual_time
async def test_a_later_refusal_does_not_end_the_doubt_of_an_earlier_call(
    last: DeliveryError,
) -> None:
    lane = a_lane(FakeClient(ANSWERED_NOTHING, last, last))

    outcome = (await lane.deliver()).outcome

    assert (outcome.status, outcome.code) == (Status.FAILED, last.code)
    assert outcome.outcome_unknown
    assert "An earlier call had no answer" in (outcome.message or "")


@in_virtual_time
async def test_a_connector_that_is_disabled_between_two_calls_leaves_the_doubt() -> None:
    lane = a_lane(FakeClient(ANSWERED_NOTHING))
    task = asyncio.create_task(lane.deliver())
    await asyncio.sleep(0.1)

    lane.state.change(changed(lane.state.connector, enabled=False))
    outcome = (await task).outcome

    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, True)


@in_virtual_time
async def test_a_delivery_without_an_answer_returns_to_its_queue_where_it_is_stored_once() -> None:
    delivering = Delivering(a_lane(FakeClient(ANSWERED_NOTHING)))
    await asyncio.sleep(0.1)

    delivering.task.cancel()
    await asyncio.wait([delivering.task])

    assert delivering.lane.ledger.settled == []
    assert len(delivering.lane.ledger.released) == 1


@in_virtual_time
async def test_the_action_that_was_sent_is_reported() -> None:
    lane = a_lane(FakeClient())
    request = a_delivery(transaction=a_transaction(action=Action.UPDATE))

    as_create = await AttemptRunner(lane.state, cast("Any", lane.ledger)).run(
        Granted(Claim(request), missing_create="t0"), a_message()
    )
    as_update = await lane.deliver(request)

    assert as_create.outcome.sent_action is Action.CREATE
    assert as_update.outcome.sent_action is Action.UPDATE


@in_virtual_time
async def test_a_delivery_that_waited_on_a_held_lane_is_skipped_for_a_newer_version() -> None:
    lane = a_lane(FakeClient(ASKED_TO_WAIT), newest_only=True)
    lane.ledger.answers = [Granted(Claim(a_delivery())), NewerWaits("t2", A_MOMENT)]
    delivering = Delivering(lane)
    await asyncio.sleep(0.1)
    lane.ledger.has_newer = True

    await delivering.task

    (event,) = delivering.statuses.events
    assert event.status is Status.SKIPPED
    assert event.message == (
        "Skipped, because a newer version of the appointment waits: modified at "
        "2026-07-21T14:03:09.447Z (transaction t2)."
    )
    assert (lane.ledger.settled, lane.ledger.open) == ([], set())
    assert len(lane.client.sent) == 1


@in_virtual_time
async def test_a_delivery_that_is_sent_at_once_asks_for_no_newer_version() -> None:
    lane = a_lane(FakeClient(), newest_only=True)
    lane.ledger.has_newer = True

    delivering = Delivering(lane)
    await delivering.task

    assert [event.status for event in delivering.statuses.events] == [Status.SUCCESS]


@pytest.mark.parametrize(("newest_only", "forgotten"), [(True, ["t1.c1"]), (False, [])])
@in_virtual_time
async def test_a_refused_newest_version_is_forgotten(
    *, newest_only: bool, forgotten: list[str]
) -> None:
    lane = a_lane(FakeClient(), enabled=False, newest_only=newest_only)

    await Delivering(lane, a_delivery(transaction=a_transaction("t1"))).task

    assert lane.ledger.forgotten == forgotten
