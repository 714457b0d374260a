from __future__ import annotations

import io

from rich.console import Console

from local_stack.figures import Figures, Lane, lanes
from local_stack.table import RateMeter, line, table

PAGE = """# TYPE mboc_dispatcher_attempts_total counter
mboc_dispatcher_attempts_total{connector_id="a1",status="Success"} 7.0
mboc_dispatcher_attempts_total{connector_id="a1",status="Failed"} 2.0
mboc_dispatcher_attempts_total{connector_id="a1",status="Invalid MBOC URI"} 1.0
mboc_dispatcher_attempts_total{connector_id="a1",status="MBOC Publish Disabled"} 3.0
mboc_dispatcher_attempts_total{connector_id="-",status="MBOC Not Provided"} 4.0
# TYPE mboc_dispatcher_calls_in_flight gauge
mboc_dispatcher_calls_in_flight{connector_id="a1"} 5.0
# TYPE mboc_dispatcher_lane_held gauge
mboc_dispatcher_lane_held{connector_id="a1"} 1.0
"""


def test_each_connector_has_its_figures_under_its_name() -> None:
    found = lanes(PAGE, {"a1": "CRONUS Sales"})

    assert (
        Lane("CRONUS Sales", delivered=7, failed=2, skipped=0, other=4, in_flight=5, is_held=True)
        in found
    )


def test_changes_of_no_connector_are_shown_last() -> None:
    found = lanes(PAGE, {"a1": "CRONUS Sales"})

    assert [(lane.name, lane.other) for lane in found] == [("CRONUS Sales", 4), ("no connector", 4)]


def test_a_connector_without_any_attempt_is_shown_with_zeros() -> None:
    assert lanes("", {"b2": "CRONUS Service"}) == (
        Lane("CRONUS Service", 0, 0, 0, 0, 0, is_held=False),
    )


def test_the_line_adds_all_connectors_up() -> None:
    seen = Figures(
        20, (Lane("one", 7, 2, 1, 0, 3, is_held=True), Lane("two", 5, 0, 0, 0, 1, is_held=False))
    )

    assert line(seen) == "20 accepted, 12 delivered, 2 failed, 1 skipped, 4 in flight, 1 lanes held"


def test_the_table_names_a_held_lane() -> None:
    console = Console(width=100, record=True, file=io.StringIO())

    console.print(
        table(Figures(20, (Lane("CRONUS Service", 7, 2, 1, 0, 3, is_held=True),)), RateMeter())
    )

    shown = console.export_text()
    assert "20 changes accepted" in shown
    assert "held" in next(row for row in shown.splitlines() if "CRONUS Service" in row)
