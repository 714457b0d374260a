"""An answer about records that makes no sense changes only the note of the question."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from common.contracts.applied import AppliedChanged, AppliedState
from common.contracts.receipt import Receipt
from dispatcher.applied.asking import ConnectorAsking
from dispatcher.applied.check import AppliedCheck
from dispatcher.applied.results import AppliedResults
from tests.support.builders import A_MOMENT, a_connector
from tests.support.fake_lane import a_lane
from tests.support.raw_server import raw_server

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from tests.conformance.conftest import Bench
    from tests.support.fake_lane import FakeClient

GUID = "0b1f0c8e-7b4a-4c53-9c6b-2a6c9f0e4d11"
PRESETS = [
    ("Business Central", "SOAP", "SOAP Read"),
    ("Business Central", "SOAP", "OData list"),
    ("Business Central", "REST", "record of the API page"),
    ("NAV", "SOAP", "SOAP Read"),
    ("CRM", "REST", "Dataverse status"),
]
NONSENSE: tuple[tuple[int, str], ...] = (
    (200, ""),
    (200, "<html><body>Sign in</body></html>"),
    (200, "{"),
    (200, "[]"),
    (200, json.dumps({"value": None})),
    (200, json.dumps({"value": {"Status": "Processed"}})),
    (200, json.dumps({"value": [None, 7, "x", [], {"Entry_No": {"a": 1}}]})),
    (200, json.dumps({"value": [{"Entry_No": 14, "entryNo": 14, "Status": "Processed"}]})),
    (200, "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/>"),
    (204, ""),
    (301, ""),
    (400, json.dumps({"error": {"code": "BadRequest", "message": "Could not find Status"}})),
    (401, ""),
    (403, ""),
    (404, ""),
    (500, "<fault/>"),
    (503, ""),
)


class Checks:
    """Two open questions, and their next steps."""

    def __init__(self) -> None:
        self.ended: list[AppliedCheck] = []
        self.waiting: list[tuple[AppliedCheck, datetime]] = []

    async def due(self, _connector_id: str, now: datetime, _limit: int) -> list[AppliedCheck]:
        """Return both questions."""
        return [
            AppliedCheck(
                delivery_id=f"t{number}.c1",
                attempt=1,
                connector_id="c1",
                receipt=Receipt(entry_no=str(number), record_id=f"{GUID[:-1]}{number % 10}"),
                opened_at=now - timedelta(minutes=1),
                give_up_at=now + timedelta(hours=1),
            )
            for number in (12, 13)
        ]

    async def save(
        self, ended: Iterable[AppliedCheck], waiting: Iterable[tuple[AppliedCheck, datetime]]
    ) -> None:
        """Store the next steps."""
        self.ended += ended
        self.waiting += waiting


class Published:
    """The published states."""

    def __init__(self) -> None:
        self.changes: list[AppliedChanged] = []

    async def publish_applied(self, changes: Collection[AppliedChanged]) -> None:
        """Store the changes."""
        self.changes += changes


@pytest.mark.parametrize(("system", "api_type", "preset"), PRESETS)
@pytest.mark.parametrize(("status", "body"), NONSENSE)
async def test_an_answer_that_makes_no_sense_changes_only_the_note(
    bench: Bench, system: str, api_type: str, preset: str, status: int, body: str
) -> None:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n"
    async with raw_server((head + body).encode()) as server:
        connector = a_connector(
            system=system,
            api_type=api_type,
            uri=server.url,
            applied={"preset": preset, "address": f"{server.url}list"},
            modified_at=A_MOMENT,
        )
        lane = a_lane(cast("FakeClient", bench.build(connector)))
        lane.state.connector = connector
        checks, published = Checks(), Published()
        owned = SimpleNamespace(state=lane.state, is_owned=True, is_consuming=True)
        results = AppliedResults(cast("Any", checks), cast("Any", published))
        asking = ConnectorAsking(cast("Any", owned), cast("Any", checks), results)

        await asking.run_once()

        is_held = lane.state.breaker.is_held
        lane.state.suspend()
    assert {change.applied.state for change in published.changes} == {AppliedState.WAITING}
    assert all(change.applied.message for change in published.changes)
    assert len(checks.waiting) == 2
    assert not checks.ended
    assert not is_held
