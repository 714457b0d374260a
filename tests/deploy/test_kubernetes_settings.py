"""Services read every setting of the manifests, and every name in the manifests exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import AliasChoices

from common.settings import DatabaseSettings, ServiceSettings
from dispatcher.settings import Settings as Dispatcher
from ingest.settings import Settings as Ingest
from portal_api.settings import Settings as PortalApi
from retry.settings import Settings as Retry
from simulator.settings import Settings as Simulator
from tests.support.kustomize import ROOT, Manifest, build
from tests.support.manifests import SERVERS, WORKLOADS, containers_of, named, of_kind

SETTINGS: dict[str, type[ServiceSettings]] = {
    "ingest": Ingest,
    "dispatcher": Dispatcher,
    "retry": Retry,
    "portal-api": PortalApi,
    "simulator": Simulator,
}
MADE_UP = {
    "RABBITMQ_URL": "amqp://made-up",
    "MONGODB_URL": "mongodb://made-up",
    "SECRET_KEYS": "k:bWFkZS11cC1mb3ItZGV2ZWxvcG1lbnQtb25seS0tLS0=",
    "INGEST_SECRETS": '{"demo": "made-up-secret-of-a-test-0f9d3b71"}',
    "PORTAL_API_KEY": "made-up-admin-key-of-a-test-93be",
}
OF_OURS = [
    (overlay, workload)
    for overlay, workload in WORKLOADS
    if "mongodb" not in workload and "rabbitmq" not in workload
]
OPERATORS = "production-operators"


@pytest.mark.parametrize(("overlay", "workload"), OF_OURS)
def test_every_variable_is_a_setting_of_its_service(overlay: str, workload: str) -> None:
    for container in containers_of(overlay, workload):
        known = variables(SETTINGS[service_of(container)]) | parts_of_others(container)
        assert set(environment_of(overlay, container)) <= known, container["name"]


@pytest.mark.parametrize(("overlay", "workload"), OF_OURS)
def test_a_service_starts_with_the_settings_of_its_manifest(
    overlay: str, workload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for container in containers_of(overlay, workload):
        with monkeypatch.context() as environment:
            environment.setattr("common.settings.check_authorities", lambda file: file)
            for name in {name for settings in SETTINGS.values() for name in variables(settings)}:
                environment.delenv(name, raising=False)
            for name, value in environment_of(overlay, container).items():
                environment.setenv(name, MADE_UP.get(name, "made-up") if value is None else value)
            require_role = (
                DatabaseSettings
                if container.get("args") == ["migrate"]
                else SETTINGS[service_of(container)]
            )

            assert require_role()


@pytest.mark.parametrize(("overlay", "workload"), WORKLOADS)
def test_every_key_that_is_referred_to_exists(overlay: str, workload: str) -> None:
    for container in containers_of(overlay, workload):
        for name, key in references(container, "configMapKeyRef"):
            assert key in named(overlay, f"ConfigMap/{bare(name)}")["data"]
        for name, key in references(container, "secretKeyRef"):
            assert (bare(name) if overlay == "development" else name, key) in secrets(overlay)


@pytest.mark.parametrize("overlay", tuple(SERVERS))
def test_the_migration_is_applied_first_with_all_that_it_refers_to(overlay: str) -> None:
    first = {
        f"{m['kind']}/{m['metadata']['name']}"
        for m in build(overlay)
        if m["metadata"].get("labels", {}).get("mboc/first")
    }

    settings = {
        f"ConfigMap/{name}"
        for c in containers_of(overlay, "Job/migrate")
        for name, _ in references(c, "configMapKeyRef")
    }
    assert first == {"Job/migrate"} | settings


@pytest.mark.parametrize("overlay", ["production", OPERATORS])
def test_the_docs_name_no_secret_that_is_not_used(overlay: str) -> None:
    used = {
        reference
        for of, w in WORKLOADS
        if of == overlay
        for c in containers_of(overlay, w)
        for reference in references(c, "secretKeyRef")
    }
    mounted = {("mongodb", "key")} if overlay == OPERATORS else set()

    assert documented(overlay) == {
        (name, key) for name, key in used | mounted if not name.endswith("-user-credentials")
    }


@pytest.mark.parametrize(("overlay", "workload"), OF_OURS)
def test_a_variable_that_another_one_contains_is_set_before_it(overlay: str, workload: str) -> None:
    for container in containers_of(overlay, workload):
        names = [variable["name"] for variable in container["env"]]
        for position, variable in enumerate(container["env"]):
            assert set(re.findall(r"\$\((\w+)\)", variable.get("value", ""))) <= set(
                names[:position]
            ), variable["name"]


@pytest.mark.parametrize("overlay", ["production", OPERATORS])
def test_no_manifest_of_production_contains_a_secret(overlay: str) -> None:
    assert of_kind(overlay, "Secret") == []


def variables(settings: type[ServiceSettings]) -> set[str]:
    """Return the variables that a settings class reads."""
    return set(_variables(settings))


def _variables(settings: type[ServiceSettings]) -> Iterator[str]:
    for name, field in settings.model_fields.items():
        match field.validation_alias:
            case AliasChoices(choices=choices):
                yield from map(str, choices)
            case str(alias):
                yield alias
            case _:
                yield f"{settings.model_config['env_prefix']}{name}".upper()


def environment_of(overlay: str, container: Manifest) -> dict[str, str | None]:
    """Return the environment of a container. The value is None if a Secret holds it."""
    found: dict[str, str | None] = {}
    for source in container.get("envFrom", ()):
        found |= named(overlay, f"ConfigMap/{bare(source['configMapRef']['name'])}")["data"]
    for variable in container.get("env", ()):
        reference = variable.get("valueFrom", {}).get("configMapKeyRef")
        found[variable["name"]] = (
            named(overlay, f"ConfigMap/{bare(reference['name'])}")["data"][reference["key"]]
            if reference
            else variable.get("value")
        )
    return found


def parts_of_others(container: Manifest) -> set[str]:
    """Return the variables that only other variables contain."""
    return {
        part
        for variable in container.get("env", ())
        for part in re.findall(r"\$\((\w+)\)", variable.get("value", ""))
    }


def references(container: Manifest, kind: str) -> set[tuple[str, str]]:
    """Return the names and keys of the sources of a container's variables."""
    found: list[dict[str, Any]] = [
        v["valueFrom"][kind] for v in container.get("env", ()) if kind in v.get("valueFrom", {})
    ]
    return {(reference["name"], reference["key"]) for reference in found}


def bare(name: str) -> str:
    """Return a generated name without its hash."""
    return name.rpartition("-")[0]


def service_of(container: Manifest) -> str:
    """Return the service of a container's image."""
    return str(container["image"].partition(":")[0].removeprefix("mboc-"))


def secrets(overlay: str) -> set[tuple[str, str]]:
    """Return the keys of all Secrets, of docs/kubernetes.md, and of RabbitMQ's operator."""
    generated = {
        (bare(s["metadata"]["name"]), key) for s in of_kind(overlay, "Secret") for key in s["data"]
    }
    of_users = {
        (f"{user['metadata']['name']}-user-credentials", key)
        for user in of_kind(overlay, "User")
        for key in ("username", "password")
    }
    return generated | of_users | documented(overlay)


def documented(overlay: str) -> set[tuple[str, str]]:
    """Return the keys of this overlay in the table of docs/kubernetes.md: `| Secret | Key |
    production | production-operators | ... |`.
    """
    rows = re.findall(
        r"^\| `([a-z-]+)` \| `([\w-]+)` \| (yes|no) \| (yes|no) \|",
        (ROOT / "docs" / "kubernetes.md").read_text(),
        re.MULTILINE,
    )
    column = {"production": 2, OPERATORS: 3}.get(overlay)
    return {(row[0], row[1]) for row in rows if column and row[column] == "yes"}
