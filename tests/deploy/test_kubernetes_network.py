"""The network policies allow exactly the connections of this table."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from tests.support.kustomize import Manifest
from tests.support.manifests import SERVERS, WORKLOADS, of_kind, pod_of, selects

OVERLAYS = tuple(SERVERS)
NAMES = {"kube-system:53"}
CLUSTER_SERVERS = {
    "rabbitmq": {"rabbitmq:5672"},
    "mongodb": {"mongodb:27017"},
    "back offices": {"0.0.0.0/0:443", "::/0:443"},
}
EXTERNAL_SERVERS = CLUSTER_SERVERS | {
    "rabbitmq": {"192.0.2.0/28:5671"},
    "mongodb": {"192.0.2.16/28:27017"},
}
REACHED = {
    "development": CLUSTER_SERVERS | {"back offices": {"simulator:http"}},
    "production": EXTERNAL_SERVERS,
    "production-operators": CLUSTER_SERVERS | {"rabbitmq": {"rabbitmq:5671"}},
}
REACHES = {
    "Deployment/ingest": ["rabbitmq"],
    "Deployment/dispatcher": ["rabbitmq", "mongodb", "back offices"],
    "Deployment/retry": ["rabbitmq", "mongodb"],
    "Deployment/portal-api": ["rabbitmq", "mongodb"],
    "Job/migrate": ["mongodb"],
    "Job/mongodb-set-up": ["mongodb"],
    "StatefulSet/mongodb": ["mongodb"],
    "StatefulSet/rabbitmq": [],
}
REACHED_BY = {
    "Deployment/ingest": {"ingress:http", "monitoring:http"},
    "Deployment/portal-api": {"ingress:http", "monitoring:http"},
    "Deployment/dispatcher": {"monitoring:http"},
    "Deployment/retry": {"monitoring:http"},
    "Job/migrate": set[str](),
}
PRIVATE = (
    "10.0.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "100.100.100.200",
    "0.0.0.1",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "198.19.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "fd00::1",
    "fd00:ec2::254",
    "::1",
    "::",
    "::ffff:169.254.169.254",
    "::a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "2001::1",
)
NEVER = [ipaddress.ip_address(address) for address in PRIVATE]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_connections_without_a_policy_are_denied_both_ways(overlay: str) -> None:
    everybody = [
        policy["spec"]
        for policy in of_kind(overlay, "NetworkPolicy")
        if policy["spec"]["podSelector"] == {}
    ]

    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in everybody


@pytest.mark.parametrize(("overlay", "workload"), [(o, w) for o, w in WORKLOADS if w in REACHES])
def test_a_workload_reaches_its_servers_and_the_dispatcher_alone_its_back_offices(
    overlay: str, workload: str
) -> None:
    expected = NAMES.union(*(REACHED[overlay][what] for what in REACHES[workload]))

    assert ends(overlay, workload, "egress", "to") == expected


@pytest.mark.parametrize(("overlay", "workload"), [(o, w) for o, w in WORKLOADS if w in REACHED_BY])
def test_a_service_is_reached_through_the_ingress_and_by_prometheus_only(
    overlay: str, workload: str
) -> None:
    simulator = (
        {"simulator:http"} if (overlay, workload) == ("development", "Deployment/ingest") else set()
    )

    assert ends(overlay, workload, "ingress", "from") == REACHED_BY[workload] | simulator


@pytest.mark.parametrize("overlay", ["production", "production-operators"])
def test_leaving_the_cluster_never_leads_into_a_private_network_or_to_a_metadata_address(
    overlay: str,
) -> None:
    blocks = [
        end["ipBlock"]
        for rule in rules(overlay, "Deployment/dispatcher", "egress")
        for end in rule["to"]
        if "ipBlock" in end
    ]

    assert not [
        address for address in NEVER for block in blocks if contains_address(block, address)
    ]
    assert any(contains_address(block, ipaddress.ip_address("198.51.100.1")) for block in blocks)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_names_are_asked_of_the_dns_pods_alone(overlay: str) -> None:
    [policy] = [
        p["spec"] for p in of_kind(overlay, "NetworkPolicy") if p["metadata"]["name"] == "names"
    ]

    assert policy["egress"][0]["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ]


@pytest.mark.parametrize("overlay", ["production", "production-operators"])
def test_metrics_and_health_are_not_reachable_from_outside(overlay: str) -> None:
    paths = {
        (path["path"], path["backend"]["service"]["name"])
        for ingress in of_kind(overlay, "Ingress")
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }

    assert paths == {
        ("/webhooks/", "ingest"),
        ("/", "portal-api"),
        ("/metrics", "nowhere"),
        ("/health", "nowhere"),
    }
    assert [
        service["spec"].get("selector")
        for service in of_kind(overlay, "Service")
        if service["metadata"]["name"] == "nowhere"
    ] == [None]


@pytest.mark.parametrize("overlay", ["production", "production-operators"])
def test_the_ways_in_are_by_tls(overlay: str) -> None:
    for ingress in of_kind(overlay, "Ingress"):
        hosts = [rule["host"] for rule in ingress["spec"]["rules"]]
        assert [host for tls in ingress["spec"]["tls"] for host in tls["hosts"]] == hosts


def test_rabbitmqs_nodes_are_reached_by_services_operators_and_prometheus_only() -> None:
    policy = next(
        p["spec"]
        for p in of_kind("production-operators", "NetworkPolicy")
        if p["metadata"]["name"] == "rabbitmq"
    )

    reached_by = {
        end_of(end, port)
        for rule in policy["ingress"]
        for end in rule["from"]
        for port in rule["ports"]
    }

    services = {f"{name}:5671" for name in ("ingest", "dispatcher", "retry", "portal-api")}
    between = {"rabbitmq:4369", "rabbitmq:25672", "rabbitmq:35672"}
    joined = {
        part
        for end in reached_by
        for part in (
            [f"{name}:{end.rpartition(':')[2]}" for name in end.rpartition(":")[0].split("|")]
        )
    }
    assert joined == services | between | {
        "rabbitmq-system:15671",
        "monitoring:15691",
    }


def rules(overlay: str, workload: str, way: str) -> list[dict[str, Any]]:
    """Return the rules of every policy for the workload's pods."""
    labels = pod_of(overlay, workload)["metadata"]["labels"]
    policies = [
        policy["spec"]
        for policy in of_kind(overlay, "NetworkPolicy")
        if selects(policy["spec"]["podSelector"], labels)
    ]
    return [rule for policy in policies for rule in policy.get(way, ())]


def ends(overlay: str, workload: str, way: str, side: str) -> set[str]:
    """Return the peers of a workload with their ports. A rule without peers or ports fails."""
    return {
        end_of(end, port)
        for rule in rules(overlay, workload, way)
        for end in rule[side]
        for port in rule["ports"]
    }


def end_of(end: Manifest, port: Manifest) -> str:
    """Return the name of a peer, which is a namespace, the names of pods, or a network."""
    if "ipBlock" in end:
        where = end["ipBlock"]["cidr"]
    elif "namespaceSelector" in end:
        where = end["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    else:
        labels, expressions = (
            end["podSelector"].get("matchLabels"),
            end["podSelector"].get("matchExpressions", ()),
        )
        where = labels["app.kubernetes.io/name"] if labels else "|".join(expressions[0]["values"])
    return f"{where}:{port['port']}"


def contains_address(
    block: Manifest, address: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> bool:
    """Whether the network contains the address, outside its exceptions."""
    return address in ipaddress.ip_network(block["cidr"]) and not any(
        address in ipaddress.ip_network(n) for n in block.get("except", ())
    )
