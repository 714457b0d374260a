"""The journal of calls: appointment, storing and concurrency."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from simulator.back_offices.journal import Journal
from tests.support.system import until
from tests.unit.simulator.back_office import BackOfficeClient


def a_body(appointment: int = 1) -> bytes:
    return json.dumps({"Id": appointment, "LastModifiedDate": "2026-07-21T14:00:00.001"}).encode()


async def post(bc: BackOfficeClient, appointment: int = 1, timeout_s: float = 5) -> int:
    answer = await bc.ask(
        "POST", "", a_body(appointment), {"X-Dime-Action": "create"}, timeout_s=timeout_s
    )
    return answer.status


async def journal(bc: BackOfficeClient, **page: int) -> dict[str, Any]:
    query = {name: str(value) for name, value in page.items()}
    address = bc.address.partition("/back-offices")[0]
    async with bc.http.get(f"{address}/journal", params=query) as answer:
        found: dict[str, Any] = await answer.json()
        return found


def test_calls_under_way_at_once_are_told_by_the_order_of_beginnings_and_ends() -> None:
    calls = Journal(10)
    with calls.call("one"), calls.call("two"):
        assert calls.under_way == 2

    with calls.call("one"):
        pass

    assert [(line.back_office, line.began, line.ended) for line in calls.entries(0, 10)] == [
        ("two", 2, 3),
        ("one", 1, 4),
        ("one", 5, 6),
    ]


def test_memory_is_bounded_and_pages_go_on_behind_what_was_dropped() -> None:
    calls = Journal(3)
    for _ in range(5):
        with calls.call("one"):
            pass

    assert calls.dropped == 2
    assert [line.number for line in calls.entries(0, 2)] == [3, 4]
    assert [line.number for line in calls.entries(4, 2)] == [5]


async def test_a_stored_call_is_listed_with_its_version_and_action(bc: BackOfficeClient) -> None:
    await post(bc)

    (call,) = (await journal(bc))["calls"]
    assert (call["back_office"], call["appointment"], call["action"]) == ("bc", "1", "create")
    assert call["modified_at"] == "2026-07-21T14:00:00.001+00:00"
    assert (call["stored"], call["status"]) == (True, 200)


async def test_a_call_to_the_page_service_is_listed_too(bc: BackOfficeClient) -> None:
    await bc.create()

    (call,) = (await journal(bc))["calls"]
    assert (call["appointment"], call["action"], call["stored"]) == ("37743", "update", True)


async def test_a_struck_call_is_listed_and_not_stored(bc: BackOfficeClient) -> None:
    await bc.fault(status=503)

    await post(bc)

    (call,) = (await journal(bc))["calls"]
    assert (call["appointment"], call["stored"], call["status"]) == ("1", False, 503)


async def test_a_call_whose_caller_left_is_listed_without_a_status(bc: BackOfficeClient) -> None:
    await bc.fault(store_then_silence=True)
    with pytest.raises(TimeoutError):
        await post(bc, timeout_s=0.1)

    async def ended() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await journal(bc))["calls"]
        return found

    (call,) = await until(ended, "the call to end")
    assert (call["stored"], call["status"]) == (True, None)
    assert (await journal(bc))["under_way"] == 0


async def test_the_next_page_begins_where_the_last_one_ended(bc: BackOfficeClient) -> None:
    for appointment in (1, 2, 3):
        await post(bc, appointment)

    first = await journal(bc, limit=2)
    second = await journal(bc, after=first["next"], limit=2)
    third = await journal(bc, after=second["next"], limit=2)

    assert [call["appointment"] for call in first["calls"] + second["calls"]] == ["1", "2", "3"]
    assert (third["calls"], third["next"]) == ([], second["next"])


async def test_a_fault_for_named_appointments_strikes_no_others(bc: BackOfficeClient) -> None:
    await bc.fault(status=403, appointments=["2"])

    assert [await post(bc, appointment) for appointment in (1, 2, 3)] == [200, 403, 200]


async def test_a_page_below_zero_is_refused(
    bc: BackOfficeClient, http: aiohttp.ClientSession
) -> None:
    address = bc.address.partition("/back-offices")[0]
    async with http.get(f"{address}/journal", params={"after": "-1"}) as answer:
        assert answer.status == 422
