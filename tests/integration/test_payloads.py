"""The snapshot, the calls and the answer of a delivery, for the roles that may read them."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.api_user import an_api_key
from tests.support.builders import a_snapshot
from tests.support.database import Database, open_database
from tests.support.system import API_KEY, System, until

SECRET = "made-up-heron-secret"


@pytest.fixture
async def stored(system: System) -> AsyncIterator[Database]:
    """The database of the running system."""
    database = open_database(system.mongodb_url, system.database)
    yield database
    database.client.close()


async def text_of(system: System, path: str) -> str:
    return (await system.download(path)).decode()


async def test_the_snapshot_has_the_digits_and_the_names_that_dime_scheduler_sent(
    system: System, app: str
) -> None:
    await system.hook(app)
    sent = json.dumps(a_snapshot(source_app=app, Marker=1))
    sent = sent.replace(
        '"Marker": 1', '"Price": 12.500, "Large": 12345678901234567890.10, "É": "€"'
    )
    delivery = await system.delivery(await system.change("create", sent.encode()), "Success")

    text = await text_of(system, f"/deliveries/{delivery['delivery_id']}/payload")

    assert '"Price": 12.500' in text
    assert '"Large": 12345678901234567890.10' in text
    found = json.loads(text)
    assert found["body"]["É"] == "€"
    assert (found["gone"], found["before"], found["changes"]) == (None, None, [])
    assert (found["action"], found["transaction_id"]) == ("create", delivery["transaction_id"])


async def test_the_changes_are_those_since_the_version_before_in_the_order_of_versions(
    system: System, app: str
) -> None:
    await system.hook(app)
    first = a_snapshot(source_app=app, Resources=[{"ResourceNo": "R1"}], Price=1.10, Old=True)
    newest = first | {"LastModifiedDate": "2026-07-21T16:00:00", "Subject": "Newest"}
    middle = first | {
        "LastModifiedDate": "2026-07-21T15:00:00",
        "Subject": "Inspect",
        "Resources": [{"ResourceNo": "R2"}, {"ResourceNo": "R3"}],
        "Price": 1.15,
    }
    middle.pop("Old")
    first_id = await system.change("create", first)
    await system.delivery(first_id)
    await system.delivery(await system.change("update", newest))
    late = await system.delivery(await system.change("update", middle))

    _, found = await system.api("GET", f"/deliveries/{late['delivery_id']}/payload")

    assert found["before"]["transaction_id"] == first_id
    changes = {one["path"]: (one["kind"], one["before"], one["after"]) for one in found["changes"]}
    assert changes == {
        "LastModifiedDate": ("changed", "2026-07-21T14:03:09.447", "2026-07-21T15:00:00"),
        "Subject": ("changed", "Replace compressor", "Inspect"),
        "Resources[0].ResourceNo": ("changed", "R1", "R2"),
        "Resources[1]": ("added", None, {"ResourceNo": "R3"}),
        "Price": ("changed", 1.1, 1.15),
        "Old": ("removed", True, None),
    }


async def test_a_snapshot_that_is_gone_says_so(system: System, app: str, stored: Database) -> None:
    await system.hook(app)
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Success"
    )
    await stored["transactions"].delete_one({"_id": delivery["transaction_id"]})
    path = f"/deliveries/{delivery['delivery_id']}"

    status, found = await system.api("GET", f"{path}/payload")
    request_status, problem = await system.api("GET", f"{path}/attempts/1/request")

    assert (status, found["body"], found["changes"]) == (200, None, [])
    assert "not stored any more" in found["gone"]
    assert (request_status, problem["detail"]) == (410, found["gone"])


async def test_the_request_is_mapped_again_without_secrets_and_its_curl_line_sends_it(
    system: System, app: str
) -> None:
    await system.hook(
        app,
        uri=f"{system.back_office(app)}?code={SECRET}",
        authentication={"type": "Basic", "login": "DIME"},
        password=SECRET,
    )
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app, Subject='It\'s $HOME `x` "y"')),
        "Success",
    )

    status, found = await system.api(
        "GET", f"/deliveries/{delivery['delivery_id']}/attempts/1/request"
    )

    assert status == 200, found
    assert SECRET not in json.dumps(found)
    (call,) = found["calls"]
    assert (call["method"], call["is_whole"], found["action"]) == ("POST", True, "create")
    assert json.loads(call["body"])
    assert {"name": "Authorization", "value": "***"} in call["headers"]
    assert "***" not in call["curl"]
    assert call["body"] in shlex.split(call["curl"])
    script = call["curl"].replace("curl ", "printf '%s\\n' ", 1)
    shell = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        script,
        env={"MBOC_AUTHORIZATION": "Basic eA==", "MBOC_URI_QUERY": "code=1"},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await shell.communicate()
    lines = output.decode().splitlines()
    assert "Authorization: Basic eA==" in lines
    assert call["body"] in output.decode()
    assert any(line.endswith("?code=1") for line in lines)


async def test_the_answer_of_a_failed_attempt_is_shown_to_operators_alone(
    system: System, app: str, stored: Database
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    failed = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Failed"
    )
    await system.simulated("DELETE", app, "/faults")
    path = f"/deliveries/{failed['delivery_id']}"

    status, answer = await system.api("GET", f"{path}/attempts/1/answer")
    missing, problem = await system.api("GET", f"{path}/attempts/7/answer")

    assert (status, answer["http_status"], answer["is_whole"]) == (200, 400, True)
    assert answer["body"]
    assert (missing, "attempt 7" in problem["detail"]) == (404, True)
    _, details = await system.api("GET", path)
    assert "answer" not in details
    assert "answer" not in details["attempts"][0]
    for collection in ("deliveries", "attempts"):
        assert await stored[collection].count_documents({"answer": {"$exists": True}}) == 0
    await stored["answers"].delete_one({"_id": f"{failed['delivery_id']}.1"})
    gone, _ = await system.api("GET", f"{path}/attempts/1/answer")
    assert gone == 404


@pytest.mark.parametrize("view", ["payload", "attempts/1/request", "attempts/1/answer"])
async def test_each_read_and_each_refusal_is_in_the_audit(
    system: System, app: str, view: str
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    failed = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Failed"
    )
    path = f"/deliveries/{failed['delivery_id']}/{view}"
    outcomes = {}
    for role in ("viewer", "operator", "admin"):
        key, _ = await an_api_key(system, role)
        outcomes[role], _ = await system.api("GET", path, headers={"X-API-KEY": key})

    assert outcomes == {"viewer": 403, "operator": 200, "admin": 200}

    async def audited() -> list[Any] | None:
        action = f"read_{view.rpartition('/')[2]}"
        _, page = await system.api("GET", "/audit", params={"action": action, "limit": "200"})
        found = [e for e in page["items"] if failed["delivery_id"] in e["target"]]
        return found if len(found) == 3 else None

    found = await until(audited, "three audit entries")
    assert sorted(entry["outcome"] for entry in found) == [200, 200, 403]
    assert API_KEY not in json.dumps(found)


async def test_check_now_is_an_operation_that_skips_a_known_outcome(
    system: System, app: str
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    failed = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Failed"
    )
    await system.simulated("DELETE", app, "/faults")

    status, operation = await system.api("POST", f"/deliveries/{failed['delivery_id']}/check")
    _, plan = await system.api(
        "POST",
        "/operations/plan",
        json={"kind": "check", "delivery_ids": [failed["delivery_id"]]},
    )

    assert (status, operation["kind"]) == (202, "check")
    assert (plan["count"], plan["doable"]) == (1, 0)
    missing, _ = await system.api("POST", "/deliveries/none.c1/check")
    assert missing == 404
