"""Writes Grafana's dashboards, deploy/monitoring/dashboards/*.json, from the panels in
deploy/monitoring/panels/*.toml for `make docs`.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
SCHEMA = 41
COLUMNS = 24
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
SMALL, LARGE = 4, 8


def dashboards() -> dict[str, str]:
    """Return the text of each dashboard by its file name."""
    files = sorted((MONITORING / "panels").glob("*.toml"))
    return {
        f"{file.stem}.json": json.dumps(
            _dashboard(file.stem, tomllib.loads(file.read_text())), indent=1, ensure_ascii=False
        )
        + "\n"
        for file in files
    }


def _dashboard(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    panels = [
        *definition["panel"],
        *(_process_panels(definition["process"]) if "process" in definition else []),
    ]
    return {
        "uid": f"mboc-{name}",
        "title": definition["title"],
        "description": definition["about"],
        "tags": ["mboc"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "time": {"from": definition.get("from", "now-3h"), "to": "now"},
        "refresh": "30s",
        "timezone": "browser",
        "links": [
            {
                "type": "dashboards",
                "title": "Others",
                "tags": ["mboc"],
                "asDropdown": True,
                "keepTime": True,
            }
        ],
        "templating": {
            "list": [_data_source(), *([_connectors()] if definition.get("connectors") else [])]
        },
        "annotations": {"list": []},
        "panels": [
            _panel(number, panel, position)
            for number, (panel, position) in enumerate(
                zip(panels, _positions(panels), strict=True), 1
            )
        ],
    }


def _process_panels(service: str) -> list[dict[str, Any]]:
    """Return the last panels of every service's dashboard."""
    panels: list[dict[str, Any]] = tomllib.loads(
        (MONITORING / "process.toml").read_text().replace("SERVICE", service)
    )["panel"]
    return panels


def _data_source() -> dict[str, Any]:
    return {
        "type": "datasource",
        "name": "datasource",
        "label": "Prometheus",
        "query": "prometheus",
        "current": {},
        "hide": 0,
    }


def _connectors() -> dict[str, Any]:
    query = "label_values(mboc_dispatcher_connector_version, connector_id)"
    request = {"query": query, "refId": "connectors", "qryType": 1}
    return {
        "type": "query",
        "name": "connector",
        "label": "Connector",
        "datasource": SOURCE,
        "query": request,
        "definition": query,
        "refresh": 2,
        "sort": 1,
    }


def _positions(panels: list[dict[str, Any]]) -> list[dict[str, int]]:
    """Place the panels from left to right, with a new row where one does not fit."""
    positions, x, y, line = [], 0, 0, 0
    for panel in panels:
        width, height = _size(panel)
        if x + width > COLUMNS or (x and height != line):
            x, y = 0, y + line
        positions.append({"x": x, "y": y, "w": width, "h": height})
        x, line = x + width, height
    return positions


def _size(panel: dict[str, Any]) -> tuple[int, int]:
    kind = panel.get("kind", "timeseries")
    width = {"stat": 6, "table": COLUMNS, "timeseries": COLUMNS // 2}[kind]
    return panel.get("width", width), panel.get("height", SMALL if kind == "stat" else LARGE)


def _panel(number: int, definition: dict[str, Any], position: dict[str, int]) -> dict[str, Any]:
    kind = definition.get("kind", "timeseries")
    return {
        "id": number,
        "type": kind,
        "title": definition["title"],
        "description": definition["means"],
        "datasource": SOURCE,
        "gridPos": position,
        "targets": [
            _target(letter, query, kind)
            for letter, query in zip("ABCDEF", definition["query"], strict=False)
        ],
        "fieldConfig": {"defaults": _defaults(definition, kind), "overrides": []},
        "options": OPTIONS[kind],
    } | ({"transformations": _only(definition["columns"])} if kind == "table" else {})


def _target(letter: str, query: list[str], kind: str) -> dict[str, Any]:
    request = {
        "refId": letter,
        "datasource": SOURCE,
        "expr": query[0],
        "legendFormat": query[1] or "__auto",
    }
    return (
        request
        | {"instant": kind != "timeseries", "range": kind == "timeseries"}
        | ({"format": "table"} if kind == "table" else {})
    )


def _defaults(definition: dict[str, Any], kind: str) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if "bad_from" in definition:
        steps.append({"color": "red", "value": definition["bad_from"]})
    found: dict[str, Any] = {
        "unit": definition.get("unit", "short"),
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    if kind == "stat":
        return found | {
            "color": {"mode": "thresholds"},
            "decimals": 0 if found["unit"] == "short" else 1,
        }
    if kind == "timeseries":
        stacked = {"mode": "normal" if definition.get("stack") else "none", "group": "A"}
        return found | {
            "min": 0 if "- time()" not in definition["query"][0][0] else None,
            "custom": {"fillOpacity": 10, "showPoints": "never", "stacking": stacked},
        }
    return found


def _only(columns: list[str]) -> list[dict[str, Any]]:
    return [{"id": "filterFieldsByName", "options": {"include": {"names": columns}}}]


OPTIONS: dict[str, dict[str, Any]] = {
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"]},
        "colorMode": "value",
        "graphMode": "none",
        "textMode": "auto",
    },
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom"},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "table": {"showHeader": True, "cellHeight": "sm"},
}


if __name__ == "__main__":
    for name, text in dashboards().items():
        (MONITORING / "dashboards" / name).write_text(text)
