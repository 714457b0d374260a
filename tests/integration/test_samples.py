"""The vendor's samples, posted in order as Dime.Scheduler would (domain.md, 4.2)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import SOURCE_APP
from tests.support.system import System

SAMPLES = Path(__file__).parents[1] / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


@pytest.fixture(scope="module")
async def outcomes(system: System) -> dict[str, dict[str, Any]]:
    await system.connector(source_app=SOURCE_APP, uri=system.back_office("samples"))
    posts: list[tuple[str, str, str]] = [
        ("create", "create", "full-create"),
        ("update", "update", "full-update"),
        ("late", "update", "full-create"),
        ("repeated", "update", "full-update"),
        ("delete", "delete", "full-delete"),
        ("unlinked", "create", "unlinked"),
        ("awkward", "create", "awkward"),
        ("published", "create", "published"),
    ]
    found = {}
    for step, action, name in posts:
        found[step] = await system.delivery(await system.change(action, sample(name)))
    return found


async def records(system: System, appointment: int) -> list[dict[str, Any]]:
    answer = await system.simulated(
        "GET", "samples", "/records", params={"appointment": str(appointment)}
    )
    found: list[dict[str, Any]] = answer["records"] if isinstance(answer, dict) else answer
    return found


async def test_the_create_the_update_and_the_delete_are_delivered_in_order(
    system: System, outcomes: dict[str, dict[str, Any]]
) -> None:
    received = await records(system, 37743)

    assert [outcomes[step]["status"] for step in ("create", "update", "delete")] == ["Success"] * 3
    assert [r["action"] for r in received] == ["create", "update", "delete"]


async def test_the_older_one_posted_again_late_is_skipped_naming_the_newer(
    outcomes: dict[str, dict[str, Any]],
) -> None:
    assert outcomes["late"]["status"] == "Skipped"
    assert outcomes["update"]["transaction_id"] in outcomes["late"]["message"]


async def test_the_same_body_twice_is_one_transaction_and_one_delivery(
    system: System, outcomes: dict[str, dict[str, Any]]
) -> None:
    assert outcomes["repeated"]["delivery_id"] == outcomes["update"]["delivery_id"]
    assert len([r for r in await records(system, 37743) if r["action"] == "update"]) == 1


async def test_the_unlinked_one_is_mboc_not_provided(outcomes: dict[str, dict[str, Any]]) -> None:
    assert outcomes["unlinked"]["status"] == "MBOC Not Provided"


@pytest.mark.parametrize(("step", "appointment"), [("awkward", 37746), ("published", 37744)])
async def test_the_body_arrives_byte_for_byte(
    system: System, outcomes: dict[str, dict[str, Any]], step: str, appointment: int
) -> None:
    received = await records(system, appointment)

    assert outcomes[step]["status"] == "Success"
    assert received[0]["body"].encode() == sample(step)


async def test_the_unknown_field_survives(
    system: System, outcomes: dict[str, dict[str, Any]]
) -> None:
    received = await records(system, 37746)

    assert outcomes["awkward"]["status"] == "Success"
    assert json.loads(received[0]["body"])["FutureField"] == {"Unknown": [1, 2, 3]}


async def test_both_shapes_are_searchable_by_their_job(
    system: System, outcomes: dict[str, dict[str, Any]]
) -> None:

    assert {outcomes[step]["appointment"]["job_no"] for step in ("create", "published")} == {
        "OP100001"
    }
    status, answer = await system.api(
        "GET", "/appointments", params={"job_no": "OP100001", "source_app": SOURCE_APP}
    )
    assert status == 200
    assert {row["appointment_id"] for row in answer["items"]} >= {37743, 37744, 37746}
