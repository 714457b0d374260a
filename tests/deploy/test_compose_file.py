"""docker-compose.yml meets the needs of production, as far as its text shows (make test-compose
runs it).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from common import topology
from dispatcher.settings import Settings as Dispatcher
from ingest.settings import Settings as Ingest
from local_stack.seed import REQUIRED_AUTHENTICATION
from portal_api.settings import Settings as PortalApi
from retry.settings import Settings as Retry
from tests.support.service_users import ROLES, Secrets
from tools.deploy.broker_definitions import FILE, definitions

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
SETTINGS: dict[str, Any] = {
    "ingest": Ingest,
    "dispatcher": Dispatcher,
    "retry": Retry,
    "portal-api": PortalApi,
}
LASTING = [name for name, service in SERVICES.items() if service["restart"] != "no"]
VARIABLE = re.compile(r"\$\{(\w+)")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return Secrets(tmp_path_factory.mktemp("made"))


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_change_nothing_but_its_volumes(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(service)


@pytest.mark.parametrize("name", SERVICES)
def test_its_logs_are_bounded_and_its_image_has_a_version(name: str) -> None:
    service = SERVICES[name]

    assert service["logging"]["driver"] == "local"
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])
    assert re.search(r":(v?\d|\$\{MBOC_VERSION:-\d)", service["image"])


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_service_has_limits_a_health_check_and_restarts(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]

    assert {"cpus", "memory"} <= set(limits)
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert "healthcheck" in SERVICES[name] or SERVICES[name]["image"].startswith(
        "mboc-"
    )  # ours bring their own


def test_no_password_is_in_the_environment() -> None:
    told = {
        name: value
        for service in SERVICES.values()
        for name, value in service.get("environment", {}).items()
    }

    assert [
        name
        for name, value in told.items()
        if re.search("PASSWORD|SECRET|KEY|URL$", name) and VARIABLE.search(str(value))
    ] == []


def test_ports_are_published_on_this_machine_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert published
    assert [port for port in published if ":-127.0.0.1:" not in port] == []


@pytest.mark.parametrize("name", SETTINGS)
def test_every_variable_is_a_setting_and_every_file_a_secret(name: str) -> None:
    fields = SETTINGS[name].model_fields.items()
    known = {
        str(
            getattr(
                field.validation_alias,
                "choices",
                [field.validation_alias or f"{name.replace('-', '_')}_{key}"],
            )[0]
        ).upper()
        for key, field in fields
    }
    mounted = {
        f"/run/secrets/{secret['target'] if isinstance(secret, dict) else secret}"
        for secret in SERVICES[name]["secrets"]
    }

    for variable, value in SERVICES[name]["environment"].items():
        assert {variable.upper(), variable.removesuffix("_FILE").upper()} & known
        assert not variable.endswith("_FILE") or value in mounted


def test_every_variable_of_the_file_is_in_the_example() -> None:
    known = {
        line.partition("=")[0]
        for line in (ROOT / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    }
    used = set(VARIABLE.findall((ROOT / "docker-compose.yml").read_text()))

    assert used - known == {"SECRETS_FOLDER"}
    assert known - used == set()


def test_every_secret_is_created_in_a_folder_for_its_owner_only(secrets: Secrets) -> None:
    for name in DOCUMENT["secrets"]:
        assert secrets[name] or name == "oidc-client-secret"  # empty without single sign-on
        assert (
            secrets.file(name).stat().st_mode & stat.S_IROTH
        )  # its reader is a user of the container
    assert stat.S_IMODE(secrets.file("").stat().st_mode) == 0o700


def test_creating_the_secrets_again_changes_none(secrets: Secrets) -> None:
    before = {
        name: secrets[name] for name in DOCUMENT["secrets"] if name != "rabbitmq-definitions.json"
    }

    Secrets(secrets.file("").parent)

    assert before == {name: secrets[name] for name in before}


@pytest.mark.parametrize("service", topology.SERVICES)
def test_rabbitmq_knows_the_password_by_its_hash_alone(secrets: Secrets, service: str) -> None:
    password = urlsplit(secrets[f"{service}-rabbitmq-url"]).password or ""
    user = next(
        user
        for user in json.loads(secrets["rabbitmq-definitions.json"])["users"]
        if user["name"] == service
    )
    kept = base64.b64decode(user["password_hash"])

    assert kept[4:] == hashlib.sha256(kept[:4] + password.encode()).digest()
    assert password not in secrets["rabbitmq-definitions.json"]


def test_the_definitions_are_those_of_the_topology() -> None:
    assert FILE.read_text() == definitions(), "run `make docs`"


def test_each_collection_has_one_writer() -> None:
    writers = [
        name
        for service in ROLES["services"].values()
        for may, names in service.items()
        if may != "read"
        for name in names
    ]

    assert len(writers) == len(set(writers))


def test_the_simulator_requires_the_authentication_of_the_demo_connectors() -> None:
    required = json.loads(SERVICES["simulator"]["environment"]["SIMULATOR_AUTHENTICATION"])

    assert required == REQUIRED_AUTHENTICATION


def test_rabbitmq_and_mongodb_are_reached_by_tls_alone(secrets: Secrets) -> None:
    configuration = (ROOT / "deploy" / "rabbitmq" / "rabbitmq.conf").read_text().splitlines()
    mongod = SERVICES["mongodb"]["entrypoint"][-1]
    authority = "/run/secrets/ca.pem"

    assert "listeners.tcp = none" in configuration
    assert "management.ssl.port = 15671" in configuration
    assert not [line for line in configuration if line.startswith("management.tcp")]
    assert "--tlsMode requireTLS" in mongod
    for service in topology.SERVICES:
        assert urlsplit(secrets[f"{service}-rabbitmq-url"]).scheme == "amqps"
        assert SERVICES[service]["environment"]["RABBITMQ_CA_FILE"] == authority
    for service in ROLES["services"]:
        assert SERVICES[service]["environment"]["MONGODB_CA_FILE"] == authority


def test_only_services_that_use_a_server_share_a_network_with_it() -> None:
    beside = {
        server: {
            name
            for name, service in SERVICES.items()
            if {*service["networks"]} & {*SERVICES[server]["networks"]}
        }
        for server in ("rabbitmq", "mongodb")
    }

    users = {"rabbitmq", "mongodb", *topology.SERVICES}
    jobs = {"mongodb-init", "mongodb-backup", "mongodb-restore"}
    assert beside == {"rabbitmq": users | jobs | {"prometheus"}, "mongodb": users | jobs}
    assert DOCUMENT["networks"]["data"] == {"internal": True}
