"""Reads the requirement files that `make lock` writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

IMAGE = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "python_version": "3.13",
    "python_full_version": "3.13.0",
    "platform_machine": "x86_64",
}
"""The environment inside the images, as PEP 508 markers name it."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned package, with the SHA-256 of each file that pip accepts for it."""

    name: NormalizedName
    version: str
    hashes: tuple[str, ...]


def pins_of(path: Path) -> list[Pin]:
    """Return the packages of the file that pip installs inside an image."""
    lines = path.read_text().replace("\\\n", " ").splitlines()
    found = [_pin(line) for line in lines if line.strip() and not line.startswith("#")]
    return [pin for pin in found if pin]


def _pin(line: str) -> Pin | None:
    text, *hashes = line.split("--hash=sha256:")
    requirement = Requirement(text.strip())
    if requirement.marker and not requirement.marker.evaluate(IMAGE):
        return None
    (version,) = requirement.specifier
    return Pin(
        canonicalize_name(requirement.name),
        version.version,
        tuple(value.strip() for value in hashes),
    )
