"""Writes a bill of materials for each image and for the website (CycloneDX 1.6) for `make sbom`.

It lists the packages that the locked files name, with versions, hashes and licences. It does not
list the Debian packages of the base images: their publisher describes those.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tools.release.requirement_files import Pin, pins_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "dist" / "sbom"
WEB = ROOT / "services" / "portal-web"
SERVICES = ("ingest", "dispatcher", "retry", "portal-api", "simulator")
COMMON = "mboc-common"

Document = dict[str, Any]


def installed() -> Document:
    """Return the document of the packages in this Python's environment, which knows licences."""
    command = "cyclonedx_py environment --output-reproducible --sv 1.6 --of JSON"
    document: Document = _read([sys.executable, "-m", *command.split(), sys.executable])
    return document


def of_service(service: str, environment: Document) -> Document:
    """Return the document of the service's image."""
    name = f"mboc-{service}"
    pins = {pin.name: pin for pin in pins_of(ROOT / "requirements" / f"{service}.txt")}
    known = {canonicalize_name(each["name"]): each for each in environment["components"]}
    own = [_own(known[each]) for each in map(canonicalize_name, (COMMON, name))]
    components = [own[0], *(_component(pin, known.get(pin.name)) for pin in pins.values())]
    application = own[1] | {"type": "application"}
    return {
        "$schema": environment["$schema"],
        "bomFormat": environment["bomFormat"],
        "specVersion": environment["specVersion"],
        "version": 1,
        "metadata": {"component": application, "tools": environment["metadata"]["tools"]},
        "components": components,
        "dependencies": _edges([application, *components], environment["dependencies"]),
    }


def of_website() -> Document:
    """Return the document of the packages that the built website contains."""
    command = "sbom --sbom-format cyclonedx --sbom-type application --package-lock-only --omit dev"
    document: Document = _read([str(WEB / "npm"), *command.split()])
    return document


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every document, and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = installed()
    documents = {service: of_service(service, environment) for service in SERVICES}
    paths = []
    for name, document in (documents | {"website": of_website()}).items():
        path = folder / f"{name}-{release()}.cdx.json"
        path.write_text(json.dumps(document, indent=1) + "\n")
        paths.append(path)
    return paths


def release() -> str:
    """Return the version of the release."""
    project = tomllib.loads((ROOT / "libs" / "common" / "pyproject.toml").read_text())["project"]
    version: str = project["version"]
    return version


def _read(command: list[str]) -> Any:
    answer = subprocess.run(  # noqa: S603 - both programs are named above
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(answer.stdout)


def _own(component: Document) -> Document:
    """Return a package of this project without the folder it is installed from."""
    return {key: value for key, value in component.items() if key != "externalReferences"}


def _component(pin: Pin, known: Document | None) -> Document:
    purl = f"pkg:pypi/{pin.name}@{pin.version}"
    found = {"bom-ref": f"{pin.name}=={pin.version}", "type": "library", "name": pin.name}
    if known is not None and known["version"] != pin.version:
        sys.exit(f".venv has another version of {pin.name}: run `make install`.")
    files = {
        "type": "distribution",
        "url": purl,
        "comment": "the files that pip accepts for this version",
        "hashes": [{"alg": "SHA-256", "content": content} for content in pin.hashes],
    }
    references = [*(known or {}).get("externalReferences", []), files]
    return {
        **found,
        **(known or {}),
        "version": pin.version,
        "purl": purl,
        "externalReferences": references,
    }


def _edges(components: Iterable[Document], known: Iterable[Document]) -> list[Document]:
    """Return the dependencies among the components."""
    refs = {component["bom-ref"] for component in components}
    edges = {edge["ref"]: edge.get("dependsOn", []) for edge in known}
    return [
        {"ref": ref, "dependsOn": [other for other in edges.get(ref, []) if other in refs]}
        for ref in sorted(refs)
    ]


if __name__ == "__main__":
    for path in write():
        print(path.relative_to(ROOT))
