"""The page, the dashboards, the rules and the runbooks name the metrics that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.deploy.dashboards import COLUMNS, MONITORING, dashboards
from tools.docs.metrics_page import PAGE, page, series_names

DOCS = PAGE.parent
OURS = re.compile(r"\bmboc_[a-z_]+")
RECORDED = re.compile(r"record: (\S+)")
COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)


def rules() -> str:
    return "".join(
        COMMENT.sub("", file.read_text()) for file in sorted((MONITORING / "rules").glob("*.yaml"))
    )


def expressions() -> Iterator[tuple[str, str]]:
    for name, text in dashboards().items():
        for panel in json.loads(text)["panels"]:
            yield from (
                (f"{name}: {panel['title']}", target["expr"]) for target in panel["targets"]
            )
    yield "rules", rules()
    yield from (
        (file.name, file.read_text())
        for file in (
            *(DOCS / "runbooks").glob("*.md"),
            DOCS / "monitoring.md",
            DOCS / "operations.md",
        )
    )


def test_the_page_of_metrics_is_that_of_the_code() -> None:
    assert page() == PAGE.read_text(), "run `make docs`"


def test_the_dashboards_are_those_of_the_panels() -> None:
    committed = {file.name: file.read_text() for file in (MONITORING / "dashboards").glob("*.json")}

    assert committed == dashboards(), "run `make docs`"


def test_every_metric_in_rules_and_dashboards_exists() -> None:
    known = series_names() | {
        part for name in RECORDED.findall(rules()) for part in OURS.findall(name)
    }

    unknown = {
        (where, name)
        for where, text in expressions()
        for name in OURS.findall(text)
        if name not in known
    }

    assert not unknown


@pytest.mark.parametrize("name", sorted(dashboards()))
def test_a_dashboard_can_be_taken_into_any_grafana(name: str) -> None:
    board: dict[str, Any] = json.loads(dashboards()[name])
    sources = {
        one["datasource"]["uid"] for panel in board["panels"] for one in (panel, *panel["targets"])
    }

    assert "id" not in board
    assert sources == {"${datasource}"}
    assert board["templating"]["list"][0]["name"] == "datasource"
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


@pytest.mark.parametrize("name", sorted(dashboards()))
def test_no_panel_lies_over_another_or_beside_the_board(name: str) -> None:
    places = [panel["gridPos"] for panel in json.loads(dashboards()[name])["panels"]]
    taken = [
        (x, y)
        for p in places
        for x in range(p["x"], p["x"] + p["w"])
        for y in range(p["y"], p["y"] + p["h"])
    ]

    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < COLUMNS


def test_every_runbook_has_its_alert_and_is_found_from_the_page_on_monitoring() -> None:
    alerts = set(re.findall(r"alert: (\S+)", rules()))
    pages = {file.stem for file in Path(DOCS / "runbooks").glob("*.md")}
    linked = set(re.findall(r"runbooks/(\w+)\.md", (DOCS / "monitoring.md").read_text()))

    assert pages == alerts == linked
