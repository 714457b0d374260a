"""The ledger reads documents of 0.1.0, and forgets the order of one appointment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.contracts.appointment import Action
from dispatcher.ledger.claim import AlreadySettled, Claim, Superseded
from dispatcher.ledger.ledger import Ledger
from tests.support.builders import A_MOMENT
from tests.support.database import Database
from tests.support.ledger_samples import (
    SUCCESS,
    deliver,
    the_document,
    version,
)


def of_old(**fields: Any) -> dict[str, Any]:
    never = -(2**62)
    return {
        "_id": "c1|demo/37743",
        "delivered": never,
        "claimed": never,
        "lease_until": A_MOMENT,
        "token": "another",
        "recent": [],
    } | fields


def delivered_of_old(number: int) -> dict[str, Any]:
    moment = A_MOMENT + timedelta(milliseconds=number)
    return of_old(
        delivered=int(moment.timestamp() * 1000),
        delivered_by=f"t{number}",
        delivered_modified_at=moment,
        recent=[{"key": f"t{number}.c1.1", "outcome": SUCCESS.model_dump(mode="json")}],
    )


async def test_an_older_version_than_0_1_0_delivered_is_superseded(
    ledger: Ledger, empty_database: Database
) -> None:
    await empty_database["ledger"].insert_one(delivered_of_old(2))

    answer = await ledger.claim(Claim(version(1)))

    assert answer == Superseded("t2", A_MOMENT + timedelta(milliseconds=2))


async def test_a_success_of_0_1_0_is_never_sent_again(
    ledger: Ledger, empty_database: Database
) -> None:
    await empty_database["ledger"].insert_one(delivered_of_old(2))

    assert await ledger.claim(Claim(version(2, attempt=2))) == AlreadySettled(SUCCESS)


async def test_a_newer_version_than_0_1_0_delivered_is_sent_as_it_is(
    ledger: Ledger, empty_database: Database
) -> None:
    await empty_database["ledger"].insert_one(delivered_of_old(2))
    await ledger.record_owed_create(version(1, action=Action.CREATE))

    assert not (await deliver(ledger, version(3))).sends_create
    assert isinstance(await ledger.claim(Claim(version(1))), Superseded)
    assert "delivered" not in await the_document(empty_database)


async def test_a_document_of_0_1_0_in_which_nothing_was_delivered_grants_any_version(
    ledger: Ledger, empty_database: Database
) -> None:
    await empty_database["ledger"].insert_one(of_old())

    await deliver(ledger, version(1))


async def test_an_older_version_is_delivered_after_the_order_was_forgotten(ledger: Ledger) -> None:
    await deliver(ledger, version(1_000_000))
    assert isinstance(await ledger.claim(Claim(version(1))), Superseded)

    known = await ledger.forget_order("demo/37743", ["c1", "c2"])

    assert known == 1
    await deliver(ledger, version(1))
    assert isinstance(await ledger.claim(Claim(version(0))), Superseded)


async def test_a_success_is_not_sent_again_after_the_order_was_forgotten(ledger: Ledger) -> None:
    await deliver(ledger, version(1))

    await ledger.forget_order("demo/37743", ["c1"])

    assert await ledger.claim(Claim(version(1, attempt=2))) == AlreadySettled(SUCCESS)


async def test_an_order_of_0_1_0_is_forgotten_too(ledger: Ledger, empty_database: Database) -> None:
    await empty_database["ledger"].insert_one(delivered_of_old(2))

    await ledger.forget_order("demo/37743", ["c1"])

    await deliver(ledger, version(1))
