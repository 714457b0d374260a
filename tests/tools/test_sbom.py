"""`make sbom` describes each image and the website, as CycloneDX demands it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from tools.release import sbom
from tools.release.requirement_files import pins_of

ROOT = Path(__file__).parents[2]
NO_LICENCE = {"mboc-common", "protobuf", "css-mediaquery"}
"""Our own package, and packages whose metadata names no licence of the SPDX list."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    paths = sbom.write(tmp_path_factory.mktemp("sbom"))
    return {path.name.partition("-0.")[0]: json.loads(path.read_text()) for path in paths}


def test_there_is_one_for_each_image_and_for_the_website(documents: dict[str, Any]) -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    images = set(re.findall(r"image: mboc-([a-z-]+):", compose))

    assert set(documents) == images | {"website"}


def test_every_document_follows_the_schema(documents: dict[str, Any]) -> None:
    for document in documents.values():
        version = SchemaVersion.from_version(document["specVersion"])
        assert JsonStrictValidator(version).validate_str(json.dumps(document)) is None


@pytest.mark.parametrize("service", sbom.SERVICES)
def test_an_image_lists_exactly_the_pinned_packages_with_their_hashes(
    documents: dict[str, Any], service: str
) -> None:
    pins = {pin.name: pin for pin in pins_of(ROOT / "requirements" / f"{service}.txt")}
    components = {part["name"].lower(): part for part in documents[service]["components"]}

    assert len(components) == len(pins) + 1
    for part in components.values():
        if part["name"] == "mboc-common":
            continue
        pin = pins[canonicalize_name(part["name"])]
        (files,) = (one for one in part["externalReferences"] if "hashes" in one)
        assert part["version"] == pin.version
        assert {one["content"] for one in files["hashes"]} == set(pin.hashes) != set()


def test_the_website_lists_the_packages_that_it_contains_with_their_hashes(
    documents: dict[str, Any],
) -> None:
    lock = json.loads((ROOT / "services/portal-web/package-lock.json").read_text())["packages"]
    shipped = {
        path.rpartition("node_modules/")[2]
        for path, one in lock.items()
        if path and not one.get("dev")
    }
    components = documents["website"]["components"]

    assert {"react", "swagger-ui-dist"} <= {one["name"] for one in components} <= shipped
    assert all(one["hashes"] for one in components)


def test_packages_name_their_licence_and_no_folder_of_this_machine(
    documents: dict[str, Any],
) -> None:
    for document in documents.values():
        unnamed = {one["name"] for one in document["components"] if not one.get("licenses")}
        assert unnamed <= NO_LICENCE
        assert str(ROOT) not in json.dumps(document)


def test_the_dependencies_name_components_of_the_document(documents: dict[str, Any]) -> None:
    for document in documents.values():
        parts = [document["metadata"]["component"], *document["components"]]
        refs = {part["bom-ref"] for part in parts}
        edges = {edge["ref"]: edge.get("dependsOn", []) for edge in document["dependencies"]}
        assert edges[parts[0]["bom-ref"]]
        assert {ref for others in edges.values() for ref in others} <= refs
