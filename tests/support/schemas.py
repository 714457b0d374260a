"""Validates manifests by schema. kubernetes-validate knows built-in kinds, and projects publish the
schemas of their custom resources.
"""

from __future__ import annotations

import functools
import json
import os
from typing import Any

import jsonschema
from kubernetes_validate import utils as built_in

from tests.support.kustomize import ROOT, Manifest

PUBLISHED = ROOT.parent / "shared" / "schemas"
"""Published schemas, in a folder next to the checkout because they are too large for it."""
built_in.schema_contents = functools.cache(
    built_in.schema_contents
)  # without the cache it reads a megabyte of definitions for each manifest
VERSIONS = ("1.27", "1.37")
"""The oldest Kubernetes that the manifests support, and the newest known one."""
NEEDED: dict[str, tuple[str, ...]] = {
    "ScaledObject": ("scaleTargetRef", "triggers"),
    "TriggerAuthentication": ("secretTargetRef",),
    "RabbitmqCluster": ("replicas", "resources", "persistence"),
    "Vhost": ("name", "rabbitmqClusterReference"),
    "User": ("rabbitmqClusterReference",),
    "Exchange": ("name", "type", "rabbitmqClusterReference"),
    "Queue": ("name", "type", "rabbitmqClusterReference"),
    "Binding": ("source", "destination", "rabbitmqClusterReference"),
    "Permission": ("vhost", "permissions", "rabbitmqClusterReference"),
    "Policy": ("name", "pattern", "definition", "rabbitmqClusterReference"),
    "PodMonitor": ("selector", "podMetricsEndpoints"),
    "PrometheusRule": ("groups",),
    "Issuer": (),
    "Certificate": ("secretName", "issuerRef"),
}
"""Required fields of custom resources, for a machine without the published schemas."""
ALLOWED = {
    "Issuer": {"selfSigned", "ca"},
    "Certificate": {
        *("secretName", "isCA", "commonName", "duration", "renewBefore", "privateKey", "usages"),
        *("dnsNames", "issuerRef"),
    },
}
"""The used fields of resources whose schemas are not in the folder (cert-manager.io/v1)."""


def is_custom(manifest: Manifest) -> bool:
    """Whether an operator defines this kind."""
    return manifest["kind"] in NEEDED


def check(manifest: Manifest) -> None:
    """Raise an error if the manifest violates its schemas or has an unknown field."""
    if not is_custom(manifest):
        for version in VERSIONS:
            built_in.validate(manifest, version, strict=True)
    elif manifest["kind"] in ALLOWED:
        fields = set(manifest["spec"])
        assert set(NEEDED[manifest["kind"]]) <= fields <= ALLOWED[manifest["kind"]]
    elif PUBLISHED.is_dir() or os.environ.get("CI"):
        jsonschema.Draft202012Validator(_strict(_published(manifest))).validate(manifest)
    else:
        assert set(NEEDED[manifest["kind"]]) <= set(manifest["spec"]), (
            f"{manifest['kind']} lacks a field"
        )


def _published(manifest: Manifest) -> dict[str, Any]:
    name = f"{manifest['apiVersion'].replace('/', '_')}_{manifest['kind']}.json"
    schema: dict[str, Any] = json.loads((PUBLISHED / name).read_text())
    schema["properties"]["metadata"] = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
    }
    return schema


def _strict(schema: Any) -> Any:
    """Return the schema without unknown fields, because Kubernetes would drop those silently."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict(value) for key, value in schema.items()}
    if (
        isinstance(schema.get("properties"), dict)
        and not schema.get("x-kubernetes-preserve-unknown-fields")
        and "additionalProperties" not in schema
    ):
        strict["additionalProperties"] = False
    return strict
