"""Writes the Kubernetes manifests of deploy/monitoring from its rules and dashboards for `make
docs`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "monitoring"
HEAD = "# Written by `make docs` from the files in rules/ and dashboards/: change those.\n"


def kustomization() -> str:
    """Return the kustomization: the rules, and a ConfigMap for each dashboard with the label that
    Grafana's sidecar looks for.
    """
    document: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["prometheus-rules.yaml"],
    }
    options = {"disableNameSuffixHash": True, "labels": {"grafana_dashboard": "1"}}
    dashboards = [
        {
            "name": f"dashboard-{file.stem}",
            "files": [f"dashboards/{file.name}"],
            "options": dict(options),
        }
        for file in _files("dashboards/*.json")
    ]
    document["configMapGenerator"] = dashboards
    return HEAD + yaml.safe_dump(document, sort_keys=False)


def rules() -> str:
    """Return a PrometheusRule for each file of rules."""
    return HEAD + yaml.safe_dump_all(
        [_rule(file) for file in _files("rules/*.yaml")], sort_keys=False, width=160
    )


def _rule(file: Path) -> dict[str, Any]:
    metadata = {"name": file.stem, "labels": {"app.kubernetes.io/part-of": "mboc"}}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": yaml.safe_load(file.read_text()),
    }


def _files(pattern: str) -> list[Path]:
    return sorted(FOLDER.glob(pattern))


if __name__ == "__main__":
    (FOLDER / "kustomization.yaml").write_text(kustomization())
    (FOLDER / "prometheus-rules.yaml").write_text(rules())
