"""Pins the images of other publishers by digest, for `make digests`.

A tag can be moved to another image, a digest cannot. The digest is the SHA-256 of the image index
(OCI image specification, 1.1), so it serves every processor. Docker or skopeo reads the index:
this tool computes the digest itself, and changes every place that names the image.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSPECT = "docker buildx imagetools inspect --raw"
LIMIT_S = 120
INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
NAMED = re.compile(
    r"(?P<before>^\s*(?:- )?image:\s*|^ARG \w+_IMAGE=|^FROM |^# syntax=)"
    r"(?P<image>(?!mboc-)[a-z0-9./-]+:[\w.-]+)(?:@sha256:[0-9a-f]{64})?(?=\s|$)",
    re.MULTILINE,
)


class NoIndexError(Exception):
    """The index of an image cannot be read."""


def files() -> list[Path]:
    """Return the files that name images."""
    return [
        ROOT / "deploy" / "Dockerfile",
        ROOT / "docker-compose.yml",
        *sorted((ROOT / "deploy" / "kubernetes").rglob("*.yaml")),
    ]


def images_in(text: str) -> dict[str, str]:
    """Return the images of other publishers by name and tag, each with its digest or ''."""
    found = {}
    for match in NAMED.finditer(text):
        _, _, digest = match[0].partition("@")
        found[match["image"]] = digest
    return found


def digest_of(image: str, inspect: str = INSPECT) -> str:
    """Return the digest of the image's index, or raise NoIndexError."""
    command = [*shlex.split(inspect), image]
    try:
        answer = subprocess.run(  # noqa: S603 - the operator names the program
            command, capture_output=True, check=True, timeout=LIMIT_S
        )
        kind = json.loads(answer.stdout).get("mediaType")
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise NoIndexError(f"{image}: {said}") from error
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise NoIndexError(f"{image}: `{shlex.join(command)}` gave no image index") from error
    if kind not in INDEXES:
        raise NoIndexError(f"{image}: the registry gave no image index, but {kind}")
    return f"sha256:{hashlib.sha256(answer.stdout).hexdigest()}"


def pinned(text: str, digests: dict[str, str]) -> str:
    """Return the text with the digests behind the tags."""

    def with_digest(match: re.Match[str]) -> str:
        digest = digests.get(match["image"])
        return f"{match['before']}{match['image']}@{digest}" if digest else match[0]

    return NAMED.sub(with_digest, text)


def refresh(paths: Iterable[Path], digest: Callable[[str], str]) -> dict[str, str]:
    """Pin every image in the files, and return the digests. A missing digest changes no file."""
    texts = {path: path.read_text() for path in paths}
    images = {image for text in texts.values() for image in images_in(text)}
    digests = {image: digest(image) for image in sorted(images)}
    for path, text in texts.items():
        if (changed := pinned(text, digests)) != text:
            path.write_text(changed)
    return digests


def missing(paths: Iterable[Path]) -> list[str]:
    """Return a line for each image without a digest."""
    return [
        f"{path.name}: {image} has no digest: run `make digests`."
        for path in paths
        for image, digest in images_in(path.read_text()).items()
        if not digest
    ]


def main() -> int:
    """Pin the images, or check that all are pinned."""
    parser = argparse.ArgumentParser(description="Pin the images of other publishers by digest.")
    parser.add_argument("--check", action="store_true", help="fail if an image has no digest")
    parser.add_argument("--inspect", default=INSPECT, help="the command that prints an image index")
    options = parser.parse_args()
    if options.check:
        lines = missing(files())
        print("\n".join(lines) or "Every image has a digest.")
        return 1 if lines else 0
    try:
        digests = refresh(files(), lambda image: digest_of(image, options.inspect))
    except NoIndexError as error:
        print(f"Nothing is changed. {error}", file=sys.stderr)
        return 1
    for image, digest in digests.items():
        print(f"{image}@{digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
