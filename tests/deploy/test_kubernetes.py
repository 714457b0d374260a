"""Kubernetes and the operators accept every overlay, and every workload meets the policies of
docs/kubernetes.md.
"""

from __future__ import annotations

from typing import Any

import pytest

from dispatcher.settings import Settings as Dispatcher
from portal_api.settings import Settings as PortalApi
from tests.support.kustomize import build
from tests.support.manifests import (
    KINDS,
    LASTING,
    SERVERS,
    WORKLOADS,
    containers_of,
    named,
    of_kind,
    pod_of,
    selects,
)
from tests.support.schemas import check
from tools.deploy.monitoring_manifests import FOLDER, kustomization, rules

OVERLAYS = tuple(SERVERS)
OURS = [(overlay, name) for overlay, name in LASTING if name.startswith("Deployment/")]
CLOSING_S = {"dispatcher": 30, "portal-api": 10, "ingest": 10}
"""Seconds that a service needs after its drain to close its connections (each service's app.py)."""


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_builds_and_every_manifest_is_valid(overlay: str) -> None:
    manifests = build(overlay)

    for manifest in manifests:
        check(manifest)
    assert len({(m["kind"], m["metadata"]["name"]) for m in manifests}) == len(manifests) > 0


@pytest.mark.parametrize(
    "name",
    [
        "Deployment/dispatcher",
        "ScaledObject/dispatcher",
        "RabbitmqCluster/rabbitmq",
        "PodMonitor/services",
    ],
)
def test_a_misspelt_field_is_found(name: str) -> None:
    manifest = named("production-operators", name)

    with pytest.raises(Exception, match="misspelt"):
        check(manifest | {"spec": manifest["spec"] | {"misspelt": 1}})


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_workload_escapes_these_tests(overlay: str) -> None:
    found = {
        f"{manifest['kind']}/{manifest['metadata']['name']}"
        for manifest in of_kind(overlay, *KINDS)
    }

    assert found == {name for of, name in WORKLOADS if of == overlay}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everything_is_in_one_namespace_that_admits_only_restricted_pods(overlay: str) -> None:
    namespace = of_kind(overlay, "Namespace")[0]["metadata"]

    assert namespace["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {m["metadata"].get("namespace") for m in build(overlay) if m["kind"] != "Namespace"} == {
        namespace["name"]
    }


@pytest.mark.parametrize(("overlay", "workload"), WORKLOADS)
def test_a_pod_runs_without_root_or_capabilities(overlay: str, workload: str) -> None:
    pod = pod_of(overlay, workload)["spec"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)


@pytest.mark.parametrize(("overlay", "workload"), WORKLOADS)
def test_a_pod_holds_no_token_and_gets_no_variables_of_other_services(
    overlay: str, workload: str
) -> None:
    pod = pod_of(overlay, workload)["spec"]

    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert of_kind(overlay, "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding") == []


@pytest.mark.parametrize(("overlay", "workload"), WORKLOADS)
def test_a_container_can_change_nothing_outside_its_volumes(overlay: str, workload: str) -> None:
    for container in containers_of(overlay, workload):
        expected = {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["securityContext"] == expected, container["name"]


@pytest.mark.parametrize(("overlay", "workload"), WORKLOADS)
def test_volumes_are_bounded_and_never_the_hosts(overlay: str, workload: str) -> None:
    for volume in pod_of(overlay, workload)["spec"].get("volumes", ()):
        assert set(volume) - {"name"} <= {"emptyDir", "configMap", "secret"}, volume["name"]
        assert "emptyDir" not in volume or volume["emptyDir"]["sizeLimit"], volume["name"]


@pytest.mark.parametrize(("overlay", "workload"), WORKLOADS)
def test_a_container_asks_for_what_it_needs_and_is_held_to_a_limit(
    overlay: str, workload: str
) -> None:
    for container in containers_of(overlay, workload):
        resources = container["resources"]
        assert set(resources["requests"]) == set(resources["limits"]) == {"cpu", "memory"}, (
            container["name"]
        )


@pytest.mark.parametrize(("overlay", "workload"), WORKLOADS)
def test_an_image_has_a_fixed_tag(overlay: str, workload: str) -> None:
    for container in containers_of(overlay, workload):
        assert container["image"].rpartition(":")[2] not in {container["image"], "latest"}


@pytest.mark.parametrize(("overlay", "workload"), LASTING)
def test_every_lasting_workload_has_probes(overlay: str, workload: str) -> None:
    for container in containers_of(overlay, workload):
        startup = container["startupProbe"]
        assert startup["periodSeconds"] * startup["failureThreshold"] >= 120
        assert {"livenessProbe", "readinessProbe"} <= set(container)


@pytest.mark.parametrize(("overlay", "workload"), OURS)
def test_a_service_that_waits_for_servers_is_not_restarted_and_gets_no_requests(
    overlay: str, workload: str
) -> None:
    for container in containers_of(overlay, workload):
        paths = {
            probe: container[f"{probe}Probe"]["httpGet"]["path"]
            for probe in ("startup", "liveness", "readiness")
        }
        assert paths == {
            "startup": "/health/live",
            "liveness": "/health/live",
            "readiness": "/health/ready",
        }


@pytest.mark.parametrize(("overlay", "workload"), LASTING)
def test_replicas_are_spread_over_hosts_and_zones(overlay: str, workload: str) -> None:
    pod = pod_of(overlay, workload)
    spread = {each["topologyKey"]: each for each in pod["spec"]["topologySpreadConstraints"]}

    assert set(spread) == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    for constraint in spread.values():
        assert constraint["maxSkew"] == 1
        assert constraint["labelSelector"]["matchLabels"] == {
            "app.kubernetes.io/name": workload.partition("/")[2]
        }
        assert selects(constraint["labelSelector"], pod["metadata"]["labels"])


@pytest.mark.parametrize(("overlay", "workload"), LASTING)
def test_a_drained_node_takes_one_replica_at_a_time_and_in_production_never_the_last(
    overlay: str, workload: str
) -> None:
    labels = pod_of(overlay, workload)["metadata"]["labels"]

    budgets = [
        b["spec"]
        for b in of_kind(overlay, "PodDisruptionBudget")
        if selects(b["spec"]["selector"], labels)
    ]

    assert [budget["maxUnavailable"] for budget in budgets] == [1]
    if overlay != "development":
        assert fewest(overlay, workload) >= 2


@pytest.mark.parametrize(
    ("overlay", "workload"), [(o, w) for o, w in OURS if w != "Deployment/simulator"]
)
def test_a_rollout_never_falls_below_the_wanted_number(overlay: str, workload: str) -> None:
    assert named(overlay, workload)["spec"]["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("service", CLOSING_S)
def test_a_service_may_finish_before_it_is_killed(overlay: str, service: str) -> None:
    pod = pod_of(overlay, f"Deployment/{service}")["spec"]
    told = named(overlay, f"ConfigMap/{service}")["data"]
    drain_s = {
        "dispatcher": float(told.get("DISPATCHER_DRAIN_S", 0)),
        "portal-api": float(told.get("PORTAL_API_DRAIN_S", 0)),
    }.get(service, 0.0)

    assert drain_s == {
        "dispatcher": default(Dispatcher, "drain_s"),
        "portal-api": default(PortalApi, "drain_s"),
    }.get(service, 0.0)
    assert pod["terminationGracePeriodSeconds"] >= waits_first(pod) + drain_s + CLOSING_S[service]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_pod_leaves_its_endpoint_before_it_stops_listening(overlay: str) -> None:
    behind = [
        f"Deployment/{s['spec']['selector']['app.kubernetes.io/name']}"
        for s in of_kind(overlay, "Service")
        if s["spec"].get("selector")
    ]

    ours = [name for name in behind if (overlay, name) in OURS and name != "Deployment/simulator"]
    assert sorted(ours) == ["Deployment/ingest", "Deployment/portal-api"]
    assert all(waits_first(pod_of(overlay, name)["spec"]) >= 5 for name in ours)


@pytest.mark.parametrize(
    ("overlay", "workload"), [(o, w) for o, w in WORKLOADS if w.startswith("Job/")]
)
def test_a_job_ends_and_is_tidied_away(overlay: str, workload: str) -> None:
    job = named(overlay, workload)["spec"]

    assert job["template"]["spec"]["restartPolicy"] == "OnFailure"
    assert {"backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"} <= set(job)


def test_the_manifests_of_rules_and_dashboards_are_up_to_date() -> None:
    assert (FOLDER / "kustomization.yaml").read_text() == kustomization(), "run `make docs`"
    assert (FOLDER / "prometheus-rules.yaml").read_text() == rules(), "run `make docs`"


def fewest(overlay: str, workload: str) -> int:
    """Return the smallest number of replicas."""
    for scaler in of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject"):
        if scaler["spec"]["scaleTargetRef"]["name"] == workload.partition("/")[2]:
            return int(scaler["spec"].get("minReplicas") or scaler["spec"]["minReplicaCount"])
    return int(named(overlay, workload)["spec"]["replicas"])


def waits_first(pod: dict[str, Any]) -> float:
    """Return the seconds between leaving the endpoints and SIGTERM."""
    words = (
        pod["containers"][0]
        .get("lifecycle", {})
        .get("preStop", {})
        .get("exec", {})
        .get("command", ["sleep", "0"])
    )
    assert words[0] == "sleep"
    return float(words[1])


def default(settings: Any, field: str) -> float:
    """Return the default of a setting."""
    return float(settings.model_fields[field].default)
