"""Writes docs/metrics.md from the registered metrics for `make docs`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
HEAD = """# Metrics

The metrics that each service publishes at `/metrics`.
`make docs` writes this page from the registered metrics.
[monitoring.md](monitoring.md) names the ones to watch.

Counters begin at 0 with their process, so query their `rate` or `increase`.
A histogram has the series `_bucket`, `_sum` and `_count`.
The Python client adds `process_*` (CPU, memory, files, start) and `python_*`.
"""
LABELS = {
    "action": "create, update, delete",
    "answer": "granted, done, superseded, busy",
    "code": "the codes of [faults.md](faults.md), or empty",
    "connector_id": "the connectors that the administrator created, or `-` without one",
    "exchange": "the exchanges of `common/topology.py`",
    "host": "the hosts of the connectors' URIs and token URLs",
    "kind": (
        "events (transaction, status, lane, dead letter, log line, heartbeat), "
        "operations (retry, check, archive, restore)"
    ),
    "outcome": (
        "passwords (right, wrong, locked), codes (right, wrong), "
        "sign-ins with OpenID Connect (right, or the reasons of "
        "[single-sign-on.md](single-sign-on.md)), "
        "deliveries of operations (succeeded, failed, skipped), "
        "changes of the simulator (accepted, refused, again)"
    ),
    "reason": (
        "ingest (unreadable, unauthorised, too large, content type, invalid field, wrong secrets, "
        "broker away), the HTTP server (malformed request, upgrade, large head, long URL, late "
        "head, late body, pipelined requests, too many connections, unread answer), portal-api (no "
        "credentials, session, API key, password, too many failures, role, cross-site, body size, "
        "media type)"
    ),
    "result": "found, missing, not there yet, unanswered",
    "route": "the paths of the service's routes, or other",
    "settled_by": "check, person",
    "source": "the sources that have a secret in `INGEST_SECRETS`",
    "state": "done, cancelled",
    "status": "the eight statuses",
    "trigger": "Timer job, Website",
}
"""The source of each label's values, which is always a closed set."""
SECTIONS = {
    "Every service": ("common",),
    "ingest": ("ingest",),
    "dispatcher": ("dispatcher",),
    "portal-api": ("portal_api",),
    "retry": ("retry",),
    "simulator": ("simulator",),
}
PACKAGES = tuple(package for packages in SECTIONS.values() for package in packages)


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for title, packages in SECTIONS.items():
        rows = "".join(
            (
                f"| `{_name(metric)}` | {metric._type} | {_labels(metric)} | "
                f"{metric._documentation} |\n"
            )
            for metric in metrics_of(*packages)
        )
        parts.append(f"\n## {title}\n\n| Name | Type | Labels | Means |\n|---|---|---|---|\n{rows}")
    used = sorted({label for metric in metrics_of(*PACKAGES) for label in metric._labelnames})
    rows = "".join(f"| `{label}` | {LABELS[label]} |\n" for label in used)
    parts.append(
        "\n## Labels\n\nEvery label takes its values from a closed set.\n\n| Label | Values |\n"
        f"|---|---|\n{rows}"
    )
    return "".join(parts)


def metrics_of(*packages: str) -> list[MetricWrapperBase]:
    """Return the metrics of the modules in these packages, by name."""
    found = {
        metric._name: metric
        for package in packages
        for module in _modules(package)
        for metric in _defined(module)
    }
    return [found[name] for name in sorted(found)]


def series_names() -> set[str]:
    """Return the names of all series that the services can publish."""
    return {
        name for metric in metrics_of(*PACKAGES) for name in REGISTRY._collector_to_names[metric]
    }


def _modules(package: str) -> Iterator[str]:
    yield package
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        yield module.name


def _defined(module: str) -> Iterator[MetricWrapperBase]:
    for value in vars(importlib.import_module(module)).values():
        if isinstance(value, MetricWrapperBase) and not value._labelvalues:
            yield value


def _name(metric: MetricWrapperBase) -> str:
    return f"{metric._name}_total" if metric._type == "counter" else metric._name


def _labels(metric: MetricWrapperBase) -> str:
    return ", ".join(f"`{label}`" for label in metric._labelnames)


if __name__ == "__main__":
    PAGE.write_text(page())
