"""`make digests` pins every image of other publishers, in every file that names one."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.release import image_digests
from tools.release.image_digests import (
    NoIndexError,
    digest_of,
    files,
    images_in,
    missing,
    pinned,
    refresh,
)

ROOT = Path(__file__).parents[2]
FIRST = "sha256:" + "1" * 64
SECOND = "sha256:" + "2" * 64
INDEX = {"schemaVersion": 2, "mediaType": image_digests.INDEXES[0], "manifests": []}


def a_command(tmp_path: Path, printed: str, code: int = 0) -> str:
    """Return a command in the place of `docker buildx imagetools inspect --raw`."""
    program = (
        f"import sys; sys.stdout.write({printed!r}); sys.stderr.write('denied'); sys.exit({code})"
    )
    script = tmp_path / "inspect.py"
    script.write_text(program)
    return shlex.join([sys.executable, str(script)])


def image_names(value: Any) -> set[str]:
    """Return every value of a key `image` in a document."""
    if isinstance(value, dict):
        here = {value["image"]} if isinstance(value.get("image"), str) else set()
        return here.union(*map(image_names, value.values()))
    return set().union(*map(image_names, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_image_that_a_file_names_is_found(path: Path) -> None:
    text = path.read_text()
    if path.suffix in {".yml", ".yaml"}:
        named = set().union(*map(image_names, yaml.safe_load_all(text)))
    else:
        stages = set(re.findall(r" AS ([a-z-]+)$", text, re.MULTILINE))
        variables = set(re.findall(r"^FROM \$\{(\w+)\}", text, re.MULTILINE))
        named = {
            *re.findall(r"^# syntax=(\S+)", text),
            *re.findall(rf"^ARG (?:{'|'.join(variables)})=(\S+)", text, re.MULTILINE),
            *(set(re.findall(r"^FROM ([^$\s]+)", text, re.MULTILINE)) - stages),
        }

    assert {
        f"{image}@{digest}" if digest else image for image, digest in images_in(text).items()
    } == {image for image in named if not image.startswith("mboc-")}


def test_all_files_get_the_same_digest_for_the_same_image(tmp_path: Path) -> None:
    copies = [Path(shutil.copy(path, tmp_path / f"{at}.yaml")) for at, path in enumerate(files())]
    before = [path.read_text() for path in copies]

    first = refresh(copies, lambda _: FIRST)
    assert missing(copies) == []
    refresh(copies, lambda _: SECOND)

    assert {"python:3.13-slim", "node:22-slim", "grafana/grafana:12.0.2"} <= set(first)
    for path, text in zip(copies, before, strict=True):
        assert FIRST not in path.read_text()
        assert set(images_in(path.read_text()).values()) <= {SECOND}
        assert path.read_text().replace(f"@{SECOND}", "") == re.sub(
            "@sha256:[0-9a-f]{64}", "", text
        )


def test_comments_behind_an_image_and_own_images_stay() -> None:
    text = "  image: mongo:8.0 # why\n  image: mboc-ingest:0.1.0\n  image: mongo:8.0.1\n"

    assert pinned(text, {"mongo:8.0": FIRST}).splitlines() == [
        f"  image: mongo:8.0@{FIRST} # why",
        "  image: mboc-ingest:0.1.0",
        "  image: mongo:8.0.1",
    ]


def test_the_digest_is_the_one_of_the_index_that_the_registry_sends(tmp_path: Path) -> None:
    raw = json.dumps(INDEX, indent=3)

    found = digest_of("mongo:8.0", a_command(tmp_path, raw))

    assert found == f"sha256:{hashlib.sha256(raw.encode()).hexdigest()}"


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        (json.dumps(INDEX | {"mediaType": "application/vnd.oci.image.manifest.v1+json"}), 0),
        ("no JSON", 0),
        (json.dumps(INDEX), 1),
    ],
)
def test_a_registry_that_gives_no_index_changes_no_file(
    tmp_path: Path, printed: str, code: int
) -> None:
    path = tmp_path / "compose.yml"
    path.write_text("  image: mongo:8.0\n")
    command = a_command(tmp_path, printed, code)

    with pytest.raises(NoIndexError, match=r"^mongo:8\.0: "):
        refresh([path], lambda image: digest_of(image, command))

    assert path.read_text() == "  image: mongo:8.0\n"
    assert missing([path]) == ["compose.yml: mongo:8.0 has no digest: run `make digests`."]
