"""The stored appointment, field by field, for each back office and each authentication."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.contracts.mapping import (
    CAPTIONS,
    FIELD_VALUE_CAPTIONS,
    RESOURCE_CAPTIONS,
    attribute_of,
    element_of,
    property_of,
)
from tests.conformance.conftest import Bench
from tests.support.builders import a_delivery, a_transaction
from tests.support.simulated_back_offices import SIMULATED, a_client, a_login

SAMPLES = Path(__file__).parents[1] / "samples"
AWKWARD = json.loads((SAMPLES / "awkward.json").read_text())
SNAPSHOT = json.loads((SAMPLES / "full-update.json").read_text()) | {
    "Subject": AWKWARD["Subject"],
    "Body": AWKWARD["Body"],
    "StartDate": "2026-03-29T02:30:00+01:00",
    "EndDate": "2026-03-29T06:30:00",
    "BackofficeID": "SO-1000",
    "AppointmentFieldValues": [{"FieldCode": "COLOUR", "FieldValue": "Grün"}],
}
STORED = {
    "source_type": "OPPT",
    "source_app": "CRONUSINTERNATIONALLTD.",
    "database_action": "U",
    "job_no": "OP100001",
    "task_no": "OP100001",
    "appointment_id": 37743,
    "subject": "Überprüfung Kühlanlage №7 — 圧縮機 🔧 <b>&amp;</b>",
    "body": 'Zeile 1\r\nZeile 2\t"quoted" ]]> &lt;',
    "start": "2026-03-29T02:30:00+01:00",
    "end": "2026-03-29T06:30:00+02:00",
    "time_marker": "Confirmed",
    "category": "INSTALL",
    "importance": 0,
    "is_all_day_event": False,
    "duration_s": 10_800,
    "non_working_time_s": 0,
    "planning_quantity": 2.5,
    "planning_uom": "H",
    "planning_uom_conversion": 1,
    "use_fix_planning_quantity": False,
    "round_to_uom": False,
    "back_office_id": "SO-1000",
    "sent_from_back_office": False,
    "last_modified_date": "2026-07-21T14:05:55.002+02:00",
    "last_modified_user": "planner@cronus.example",
    "created_date": "2026-07-20T08:12:31.113+02:00",
    "created_user": "planner@cronus.example",
}
JO = {
    "source_app": "CRONUSINTERNATIONALLTD.",
    "source_type": "RESOURCE",
    "resource_type": "Technician",
    "resource_no": "JO",
    "resource_name": "Jim Olive",
    "display_name": "Jim Olive",
}
MARY = JO | {"resource_no": "MARY", "resource_name": "Mary Dempsey", "display_name": "Mary Dempsey"}
NAMES: dict[str, Callable[[str], str]] = {
    "Business Central SOAP": element_of,
    "Business Central API page": property_of,
    "NAV": element_of,
    "CRM": attribute_of,
}
REQUEST = a_delivery(transaction=a_transaction(body=json.dumps(SNAPSHOT, ensure_ascii=False)))
LOGINS = ("Basic", "NTLM", "Windows")


async def prove(bench: Bench, kind: str) -> dict[str, Any]:
    """Let the back office demand this authentication. Return the connector's part of it."""
    if kind == "None":
        return {}
    if kind in {"body", "basic"}:
        demanded, said, secrets = a_client(bench.address, bench.name, kind)
    else:
        demanded, said, secrets = a_login(
            {"Windows": "Negotiate", "basic=": "Basic"}.get(kind, kind)
        )
        said = {
            "type": "Windows" if kind == "basic=" else kind,
            "login": ("basic=" if kind == "basic=" else "") + said["login"],
        }
    await bench.demand(demanded)
    return {"authentication": said, "secrets": secrets}


def of(office: str, facts: dict[str, Any], captions: dict[str, str]) -> dict[str, Any]:
    """The fields under the names of this back office."""
    return {NAMES[office](captions[fact]): value for fact, value in facts.items()}


@pytest.mark.parametrize("kind", ["None", *LOGINS, "basic=", "body", "basic"])
@pytest.mark.parametrize("office", NAMES)
async def test_the_stored_record_equals_the_snapshot(bench: Bench, office: str, kind: str) -> None:
    connector = bench.connector(office, time_zone="Europe/Brussels", **await prove(bench, kind))

    await bench.deliver(connector, REQUEST)

    [record] = (await bench.simulator.simulated("GET", bench.name, "/records"))["records"]
    assert record["fields"] == of(office, STORED, CAPTIONS)
    assert record["resources"] == [of(office, line, RESOURCE_CAPTIONS) for line in (JO, MARY)]
    values = (
        []
        if office == "CRM"
        else [of(office, {"field_code": "COLOUR", "field_value": "Grün"}, FIELD_VALUE_CAPTIONS)]
    )
    assert record["field_values"] == values


@pytest.mark.parametrize("kind", ["None", *LOGINS, "basic=", "body", "basic"])
async def test_a_webhook_gets_the_bytes_of_the_snapshot(bench: Bench, kind: str) -> None:
    connector = bench.connector("webhook", **await prove(bench, kind))

    await bench.deliver(connector, REQUEST)

    [record] = (await bench.simulator.simulated("GET", bench.name, "/records"))["records"]
    assert record["body"] == REQUEST.transaction.body
    assert record["headers"]["X-Dime-Action"] == "update"


async def test_resources_are_posted_after_the_appointment_where_the_mapping_says_so(
    bench: Bench,
) -> None:
    connector = bench.connector(
        "Business Central API page", mapping={"resources": {"posted": "after"}}
    )

    await bench.deliver(connector, REQUEST)

    [record] = (await bench.simulator.simulated("GET", bench.name, "/records"))["records"]
    assert [line["resourceNo"] for line in record["resources"]] == ["JO", "MARY"]


@pytest.mark.parametrize("office", SIMULATED)
async def test_extra_headers_are_sent_with_every_call(bench: Bench, office: str) -> None:
    headers = json.dumps({"X-Tenant": "CRONUS"})

    await bench.deliver(
        bench.connector(office, secrets={"headers": headers}, header_names=["X-Tenant"]), REQUEST
    )

    [record] = (await bench.simulator.simulated("GET", bench.name, "/records"))["records"]
    assert record["headers"]["X-Tenant"] == "CRONUS"
