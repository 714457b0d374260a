"""The operators' resources fit the services: scaling, and RabbitMQ's cluster, users and
policies.
"""

from __future__ import annotations

import re

import pytest

from common import topology
from tests.support.manifests import SERVERS, WORKLOADS, containers_of, named, of_kind, pod_of
from tools.deploy.broker_definitions import MANIFEST, manifest

OPERATORS = "production-operators"


@pytest.mark.parametrize("overlay", tuple(SERVERS))
def test_the_number_of_replicas_has_one_master(overlay: str) -> None:
    scaled = {
        scaler["spec"]["scaleTargetRef"]["name"]
        for scaler in of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject")
    }

    fixed = {
        manifest["metadata"]["name"]
        for manifest in of_kind(overlay, "Deployment")
        if "replicas" in manifest["spec"]
    }
    assert not scaled & fixed
    assert scaled | fixed == {
        manifest["metadata"]["name"] for manifest in of_kind(overlay, "Deployment")
    }


def test_dispatchers_are_scaled_by_lanes_with_work_alone() -> None:
    [trigger] = named(OPERATORS, "ScaledObject/dispatcher")["spec"]["triggers"]

    assert trigger["type"] == "prometheus"
    assert set(re.findall(r"mboc_\w+", trigger["metadata"]["query"])) == {
        "mboc_dispatcher_lane_depth",
        "mboc_dispatcher_lane_held",
    }


def test_every_queue_sends_its_rejected_messages_to_the_dead_letters() -> None:
    pattern = named(OPERATORS, "Policy/dead-letters-arrive")["spec"]["pattern"]

    queues = (*topology.QUEUES, topology.lane("0198c1f0-made-up"))
    assert {queue.name for queue in queues if re.match(pattern, queue.name)} == {
        queue.name for queue in queues if queue.is_dead_lettered
    }


def test_each_service_has_a_user_of_its_own_in_the_virtual_host() -> None:
    permitted = {
        p["spec"]["userReference"]["name"]
        for p in of_kind(OPERATORS, "Permission")
        if p["spec"]["vhost"] == "mboc"
    }

    assert (
        permitted
        == {user["metadata"]["name"] for user in of_kind(OPERATORS, "User")}
        == {"ingest", "dispatcher", "retry", "portal-api"}
    )


def test_each_service_has_exactly_its_needed_rights_at_rabbitmq() -> None:
    assert MANIFEST.read_text() == manifest(), "run `make docs`"
    assert not [
        user
        for user in of_kind(OPERATORS, "Permission")
        if ".*" in user["spec"]["permissions"].values()
    ]


def test_rabbitmq_survives_the_loss_of_a_node_and_of_a_host() -> None:
    cluster = named(OPERATORS, "RabbitmqCluster/rabbitmq")["spec"]

    own = {"matchLabels": {"app.kubernetes.io/name": "rabbitmq"}}
    apart = cluster["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    spread = cluster["override"]["statefulSet"]["spec"]["template"]["spec"][
        "topologySpreadConstraints"
    ]
    assert cluster["replicas"] == 3
    assert apart == [{"topologyKey": "kubernetes.io/hostname", "labelSelector": own}]
    assert [each["labelSelector"] for each in spread] == [own]
    assert {key: set(cluster["resources"][key]) for key in ("requests", "limits")} == {
        "requests": {"cpu", "memory"},
        "limits": {"cpu", "memory"},
    }
    assert named(OPERATORS, "PodDisruptionBudget/rabbitmq")["spec"] == {
        "maxUnavailable": 1,
        "selector": own,
    }


def test_every_connection_to_rabbitmq_and_mongodb_uses_tls() -> None:
    variables = [
        variable
        for overlay, workload in WORKLOADS
        if overlay == OPERATORS
        for container in containers_of(overlay, workload)
        for variable in container.get("env", ())
    ]
    urls = [v["value"] for v in variables if v["name"] == "RABBITMQ_URL"]
    authorities = [v["value"] for v in variables if v["name"].endswith("_CA_FILE")]
    mongod = containers_of(OPERATORS, "StatefulSet/mongodb")[0]["args"][0]

    assert len(urls) == 4
    assert all("@rabbitmq:5671/" in url and url.startswith("amqps://") for url in urls)
    assert set(authorities) == {"/tls/ca.crt"}
    assert len(authorities) == 4 + 3 + 2  # RabbitMQ, MongoDB, and the job that builds indexes
    assert "--tlsMode requireTLS" in mongod
    assert named(OPERATORS, "RabbitmqCluster/rabbitmq")["spec"]["tls"] == {
        "secretName": "rabbitmq-tls",
        "disableNonTLSListeners": True,
    }


def test_only_the_servers_have_a_key_of_a_certificate() -> None:
    certificates = {c["spec"]["secretName"] for c in of_kind(OPERATORS, "Certificate")}
    mounted = {
        workload: [
            {item["key"] for item in volume["secret"].get("items", [{"key": "all"}])}
            for volume in pod_of(OPERATORS, workload)["spec"].get("volumes", ())
            if volume.get("secret", {}).get("secretName") in certificates
        ]
        for overlay, workload in WORKLOADS
        if overlay == OPERATORS
    }

    assert mounted.pop("StatefulSet/mongodb") == [{"all"}]
    assert all(keys == [{"ca.crt"}] for keys in mounted.values()), mounted
