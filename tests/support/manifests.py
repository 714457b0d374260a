"""Look-ups in the manifests of an overlay."""

from __future__ import annotations

from typing import Any

from tests.support.kustomize import Manifest, build

SERVERS = {
    "development": ("StatefulSet/mongodb", "StatefulSet/rabbitmq"),
    "production": (),
    "production-operators": ("StatefulSet/mongodb",),
}
SERVICES = (
    "Deployment/dispatcher",
    "Deployment/ingest",
    "Deployment/portal-api",
    "Deployment/retry",
)
EXTRA = {
    "development": ("Deployment/simulator", "Job/mongodb-set-up"),
    "production": (),
    "production-operators": ("Job/mongodb-set-up",),
}
WORKLOADS = [
    (overlay, name)
    for overlay, servers in SERVERS.items()
    for name in (*SERVICES, *servers, *EXTRA[overlay], "Job/migrate")
]
"""Every workload of every overlay. A test checks that none is missing."""
LASTING = [(overlay, name) for overlay, name in WORKLOADS if not name.startswith("Job/")]
KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet")


def named(overlay: str, name: str) -> Manifest:
    """Return the manifest of this kind and name. A hash that kustomize adds to the name is
    ignored.
    """
    kind, _, wanted = name.partition("/")
    found = [
        m
        for m in of_kind(overlay, kind)
        if m["metadata"]["name"] == wanted or m["metadata"]["name"].rpartition("-")[0] == wanted
    ]
    assert len(found) == 1, f"{overlay} has {len(found)} of {name}"
    return found[0]


def of_kind(overlay: str, *kinds: str) -> list[Manifest]:
    """Return the manifests of these kinds."""
    return [manifest for manifest in build(overlay) if manifest["kind"] in kinds]


def pod_of(overlay: str, name: str) -> Manifest:
    """Return the workload's pod template."""
    template: Manifest = named(overlay, name)["spec"]["template"]
    return template


def containers_of(overlay: str, name: str) -> list[dict[str, Any]]:
    """Return all containers of the workload's pods."""
    spec = pod_of(overlay, name)["spec"]
    return [*spec.get("initContainers", ()), *spec["containers"]]


def selects(selector: Manifest | None, labels: dict[str, str]) -> bool:
    """Whether a label selector matches these labels. No selector matches everything."""
    selector = selector or {}
    assert all(e["operator"] == "In" for e in selector.get("matchExpressions", ())), (
        "only In is understood here"
    )
    equal = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return equal and all(
        labels.get(e["key"]) in e["values"] for e in selector.get("matchExpressions", ())
    )
