"""Every claim ends, and a failed write of one claim affects no other claim."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from pymongo.errors import BulkWriteError

from dispatcher.ledger.claim import AlreadySettled, Claim, ClaimedElsewhere, Granted, Superseded
from dispatcher.ledger.ledger import Ledger
from tests.support.builders import A_MOMENT, a_delivery, a_transaction
from tests.support.database import Database
from tests.support.ledger_samples import (
    SUCCESS,
    UNKNOWN,
    deliver,
    end_leases,
    version,
)
from tests.support.system import until


async def test_a_claim_that_ended_is_released_without_effect(ledger: Ledger) -> None:
    settled = await deliver(ledger, version(1), UNKNOWN)
    other = Claim(version(2))
    await ledger.claim(other)

    await ledger.release(settled.claim)
    await ledger.release(settled.claim)

    assert isinstance(await ledger.claim(Claim(version(3))), ClaimedElsewhere)
    assert ledger._active == {other.token: other}


async def test_a_claim_whose_caller_stopped_waiting_is_released(ledger: Ledger) -> None:
    asking = asyncio.ensure_future(ledger.claim(Claim(version(2))))
    await asyncio.sleep(0)
    asking.cancel()

    async def is_free() -> bool:
        claim = Claim(version(1))
        return await ledger.claim(claim) == Granted(claim)

    await until(is_free, "the claim to be given back")


async def test_an_outcome_whose_claim_had_ended_is_logged(
    ledger: Ledger, empty_database: Database
) -> None:
    late = Claim(version(1))
    await ledger.claim(late)
    await end_leases(empty_database)
    await ledger.claim(Claim(version(2)))

    with structlog.testing.capture_logs() as logs:
        await ledger.settle(Granted(late), SUCCESS)

    assert [(line["log_level"], line["delivery_id"]) for line in logs] == [
        ("warning", late.request.delivery_id)
    ]


async def test_an_outcome_that_is_written_twice_is_no_warning(ledger: Ledger) -> None:
    granted = await deliver(ledger, version(1))

    with structlog.testing.capture_logs() as logs:
        await ledger.settle(granted, SUCCESS)

    assert logs == []


async def test_a_bulk_write_that_a_majority_does_not_have_is_repeated(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(ledger, version(2))
    bulk, tries = ledger._bulk, 0
    plain = bulk._collection.bulk_write

    async def unsure_at_first(*given: Any, **options: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries > 1:
            return await plain(*given, **options)
        raise BulkWriteError(
            {
                "writeErrors": [{"index": 0, "code": 11000, "errmsg": ""}],
                "writeConcernErrors": [{"code": 64, "errmsg": "waiting for replication timed out"}],
                "nMatched": 0,
                "nUpserted": 1,
            }
        )

    writing = SimpleNamespace(bulk_write=unsure_at_first, find=bulk._collection.find)
    monkeypatch.setattr(bulk, "_collection", writing)
    other = Claim(
        a_delivery(transaction=a_transaction("other", key="demo/2", modified_at=A_MOMENT))
    )

    answers = await asyncio.gather(ledger.claim(Claim(version(1))), ledger.claim(other))

    assert isinstance(answers[0], Superseded)
    assert answers[1] == Granted(other)
    assert tries > 1


async def test_a_write_that_mongodb_refuses_for_a_while_is_repeated(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Claim(version(1))
    await ledger.claim(claim)
    bulk, refusals = ledger._bulk, [14031, 371]
    plain = bulk._collection.bulk_write

    async def full_at_first(*given: Any, **options: Any) -> Any:
        if refusals:
            raise BulkWriteError({"writeErrors": [{"index": 0, "code": refusals.pop()}]})
        return await plain(*given, **options)

    writing = SimpleNamespace(bulk_write=full_at_first, find=bulk._collection.find)
    monkeypatch.setattr(bulk, "_collection", writing)

    await ledger.settle(Granted(claim), SUCCESS)

    assert refusals == []
    assert await ledger.claim(Claim(version(1, attempt=2))) == AlreadySettled(SUCCESS)


async def test_a_write_that_cannot_be_made_fails_alone(ledger: Ledger) -> None:
    bad, good = (
        Claim(a_delivery(transaction=a_transaction(name, key=f"demo/{name}")))
        for name in ("bad", "good")
    )
    await asyncio.gather(ledger.claim(bad), ledger.claim(good))
    unwritable = SUCCESS.model_copy(update={"http_status": 2**80})

    failed, done = await asyncio.gather(
        ledger.settle(Granted(bad), unwritable),
        ledger.settle(Granted(good), SUCCESS),
        return_exceptions=True,
    )

    assert isinstance(failed, Exception)
    assert done is None
    assert ledger._active == {}
    assert await ledger.claim(Claim(good.request)) == AlreadySettled(SUCCESS)
