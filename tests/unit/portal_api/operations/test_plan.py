from __future__ import annotations

import pytest

from portal_api.operations.plan import estimate_seconds
from tests.support.builders import a_connector


@pytest.mark.parametrize(
    ("per_second", "limits", "expected"),
    [
        (10, {}, 6.0),
        (100, {"c1": 2}, 10.0),
        (1, {"c1": 2}, 60.0),
        (100, {"c1": 2, "c2": 1}, 40.0),
        (100, {"c1": 0}, 0.6),
    ],
)
def test_the_slowest_of_pace_and_connectors_decides(
    per_second: float, limits: dict[str, float], expected: float
) -> None:
    rows = [{"connector_id": "c1", "count": 20}, {"connector_id": "c2", "count": 40}]
    connectors = {
        name: a_connector(connector_id=name, limits={"calls_per_second": limit})
        for name, limit in limits.items()
    }

    assert estimate_seconds(per_second, rows, connectors) == expected
