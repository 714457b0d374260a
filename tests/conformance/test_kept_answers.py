"""The answer to a failed delivery is kept, without secrets. The answer to a success is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from common.contracts.connector import Limits
from common.contracts.delivery import Status
from common.contracts.receipt import MAX_ANSWER_BYTES
from dispatcher import next_try
from dispatcher.attempt import AttemptRunner
from dispatcher.ledger.claim import Claim, Granted
from dispatcher.ledger.record import outcome_document
from dispatcher.outcome import status_changed_of
from tests.support.builders import a_delivery, a_snapshot, a_transaction, as_body
from tests.support.fake_lane import a_lane, a_message
from tests.support.simulated_back_offices import SIMULATED, a_client

if TYPE_CHECKING:
    from tests.conformance.conftest import Bench

OFFICE = pytest.mark.parametrize("office", SIMULATED)
REQUEST = a_delivery(transaction=a_transaction(body=as_body(a_snapshot()).decode()))
ODATA = {"odata_error": {"code": "0x80040217", "message": "No such job: J7."}}
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "webhook": ({"status": 422}, "A fault on demand"),
    "Business Central SOAP": ({"soap_fault": "DifferentTableIdsMessage"}, "<detail>"),
    "NAV": ({"soap_fault": "Dialog"}, "<detail>"),
    "Business Central API page": (ODATA, "No such job: J7."),
    "CRM": (ODATA, "No such job: J7."),
}


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_try, "FIRST_BACKOFF_S", 0.01)


@OFFICE
async def test_the_text_of_a_refusal_is_kept(bench: Bench, office: str) -> None:
    fault, words = REFUSALS[office]
    await bench.fault(**fault)

    outcome = await bench.attempt(bench.connector(office), REQUEST)

    assert outcome.answer is not None
    assert words in outcome.answer.body
    assert outcome.answer.http_status == outcome.http_status
    assert outcome.answer.is_whole
    assert status_changed_of(REQUEST, None, outcome, "replica").answer == outcome.answer
    assert "answer" not in outcome_document(outcome)


@pytest.mark.parametrize("office", ["Business Central SOAP", "Business Central API page", "CRM"])
async def test_a_long_answer_is_cut_off(bench: Bench, office: str) -> None:
    fault, _ = REFUSALS[office]
    await bench.fault(**fault, fault_bytes=100_000)

    outcome = await bench.attempt(bench.connector(office), REQUEST)

    assert outcome.answer is not None
    assert len(outcome.answer.body.encode()) == MAX_ANSWER_BYTES
    assert not outcome.answer.is_whole


@OFFICE
async def test_the_answer_to_a_success_is_not_kept(bench: Bench, office: str) -> None:
    await bench.fault(status=503, retry_after_s=0, times=1)

    outcome = await bench.attempt(bench.connector(office), REQUEST)

    assert (outcome.status, outcome.answer) == (Status.SUCCESS, None)


@OFFICE
async def test_a_call_without_an_answer_has_none(bench: Bench, office: str) -> None:
    await bench.fault(reset=True)

    outcome = await bench.attempt(bench.connector(office), REQUEST)

    assert (outcome.status, outcome.answer) == (Status.FAILED, None)


@OFFICE
async def test_the_answer_of_a_token_endpoint_is_not_kept(bench: Bench, office: str) -> None:
    demanded, said, secrets = a_client(bench.address, bench.name)
    await bench.demand(demanded)
    await bench.fault(token_error="invalid_scope")

    outcome = await bench.attempt(
        bench.connector(office, secrets, authentication=said, limits=Limits()), REQUEST
    )

    assert (outcome.status, outcome.answer) == (Status.FAILED, None)


async def test_answers_are_not_kept_where_the_setting_says_so(bench: Bench) -> None:
    await bench.fault(status=422)
    lane: Any = a_lane(bench.build(bench.connector("webhook")))  # type: ignore[arg-type]
    runner = AttemptRunner(lane.state, lane.ledger, keeps_answers=False)

    outcome = (await runner.run(Granted(Claim(REQUEST)), a_message())).outcome

    assert (outcome.status, outcome.answer) == (Status.FAILED, None)
    lane.state.suspend()
