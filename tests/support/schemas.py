"""Schemas that manifests are held to: built-in kinds by kubernetes-validate, custom resources by
the schemas their projects publish.
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
"""Beside the checkout, as in continuous integration: they are their projects' own, and too large
to be kept here.
"""
built_in.schema_contents = functools.cache(
    built_in.schema_contents
)  # else it reads a megabyte of definitions for each manifest
VERSIONS = ("1.27", "1.37")
"""The oldest Kubernetes that the manifests are for, and the newest that is known."""
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
}
"""What is asked of a custom resource where the published schemas are not at hand."""


def is_custom(manifest: Manifest) -> bool:
    """Whether an operator brings this kind."""
    return manifest["kind"] in NEEDED


def check(manifest: Manifest) -> None:
    """Raise what the schemas have against the manifest; an unknown field is an error too."""
    if not is_custom(manifest):
        for version in VERSIONS:
            built_in.validate(manifest, version, strict=True)
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
    """Return the schema without room for fields it does not know: Kubernetes would drop
    them without a word.
    """
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
