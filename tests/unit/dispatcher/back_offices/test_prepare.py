"""Every snapshot that ingest accepts ends in a call, or in a refusal that names its field."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.contracts.appointment import Action
from common.sealing import KeyRing
from dispatcher.back_offices.address_policy import AddressPolicy
from dispatcher.back_offices.authentication.token_cache import TokenCache
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.back_offices.http_transport import open_session
from dispatcher.back_offices.table import BACK_OFFICES, build
from dispatcher.errors import MisconfiguredError, RefusedError
from tests.support.builders import a_connector, a_delivery, a_transaction
from tests.support.simulated_back_offices import MAPPED, SIMULATED
from tests.support.system import SECRET_KEYS

NAMES = (
    *("Id", "id", "Subject", "Body", "StartDate", "EndDate", "TimeMarker", "Category"),
    *("Importance", "IsAllDayEvent", "NonWorkingTime", "PlanningQty", "PlanningUOM"),
    *("PlanningUOMConversion", "UseFixPlanningQty", "RoundToUOM", "BackofficeID"),
    *("BackofficeParentID", "SentFromBackoffice", "LastModifiedDate", "LastModifiedUser"),
    *("CreatedDate", "CreatedUser", "Task", "Assignments", "AppointmentFieldValues", "Other"),
    *("Job", "JobNo", "TaskNo", "SourceApp", "SourceType", "Resource", "ResourceType"),
    *("ResourceNo", "Name", "DisplayName", "FieldCode", "FieldValue", "Code", "Value"),
)
DATES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["0001-01-01", "1850-06-01", "2026-07-24", "9999-12-31", "2026-13-32", ""]),
        st.sampled_from(["T", " ", "t", ""]),
        st.sampled_from(["00:00:00", "09:00", "24:00:00", "23:59:59.9999999", "09:00:60", ""]),
        st.sampled_from(["", "Z", "+02:00", "-1400", "+25:00", " +02:00", "+00:00:30"]),
    ),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats(allow_nan=True)
    | st.text()
    | st.characters(categories=["Cs", "Cc", "Nd"])
    | DATES
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)
SNAPSHOTS = st.dictionaries(st.sampled_from(NAMES), JUNK, max_size=12)
BODIES = SNAPSHOTS.map(json.dumps) | JUNK.map(json.dumps) | st.text(st.characters(codec="utf-8"))
ZONES = ("UTC", "Europe/Brussels", "Africa/Monrovia", "Pacific/Kiritimati", "America/St_Johns")


@pytest.fixture
async def shared() -> AsyncIterator[SharedResources]:
    addresses = AddressPolicy([])
    async with open_session(addresses) as session:
        yield SharedResources(session, KeyRing.parse(SECRET_KEYS), addresses, TokenCache())


def test_every_kind_is_tried() -> None:
    assert {(office.system, office.api_type) for office in SIMULATED.values()} == set(BACK_OFFICES)


@pytest.mark.parametrize("office", SIMULATED)
async def test_any_snapshot_is_prepared_or_refused(office: str, shared: SharedResources) -> None:
    fields = SIMULATED[office].connector("http://127.0.0.1:9", "x")
    clients = [build(a_connector(**fields, time_zone=zone), shared) for zone in ZONES]

    @settings(
        max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(BODIES, st.sampled_from(clients), st.sampled_from(Action))
    def prepare(body: str, client: Any, action: Action) -> None:
        request = a_delivery(transaction=a_transaction(action=action, body=body))
        with contextlib.suppress(RefusedError):
            assert client.prepare(request).call.method == "POST"

    prepare()


@pytest.mark.parametrize("office", MAPPED)
@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"mapping": {"fields": {"subject": "not a name"}}}, "mapping.fields.subject"),
        ({"mapping": {"resources": {"fields": 1}}}, "mapping.resources"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"ca_certificate": "no certificate"}, "ca_certificate"),
    ],
)
async def test_a_stored_setting_that_cannot_be_used_is_named(
    office: str, fields: dict[str, Any], named: str, shared: SharedResources
) -> None:
    connector = a_connector(**SIMULATED[office].connector("http://127.0.0.1:9", "x"), **fields)

    with pytest.raises(MisconfiguredError, match=named):
        build(connector, shared)
