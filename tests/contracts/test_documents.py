"""The pages of docs as a reader uses them: links work, every page is linked, and quoted messages
exist.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SAID = re.compile(r"^\| `([^`]+)`", re.MULTILINE)
CODE_SPAN = re.compile(r"```(.*?)```|`([^`\n]+)`", re.DOTALL)
PATH = re.compile(
    r"(?<![\w./<*-])(?:[\w.-]+/)+(?:[\w.-]+)?(?![\w<*])"
    r"|(?<![\w./*-])[\w-]+\.(?:py|tsx?|toml|md|json|yml|env)\b"
)
NO_PATH = re.compile(r"\S*(?:\.venv|//|<)\S*")
"""Commands, addresses and paths with a placeholder."""
GENERATED = re.compile(r"\.(?!ci$)|node_modules$|__pycache__$|dist$")
SPLIT = re.compile(r"""["']\n\s*f?["']""")
"""The code between two parts of one sentence in the source."""


PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))


def links(page: Path) -> Iterator[str]:
    """Yield the relative links of a page, without those in examples."""
    yield from (
        link
        for link in LINK.findall(CODE.sub("", page.read_text()))
        if "://" not in link and not link.startswith("mailto:")
    )


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings: small letters, digits and hyphens."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(page.read_text())
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = set()
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.add(link)

    assert not broken


def test_every_page_is_found_from_the_readme() -> None:
    found, waiting = {ROOT / "README.md"}, [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
        targets |= {file for folder in targets if folder.is_dir() for file in folder.glob("*.md")}
        new = {target for target in targets if target.suffix == ".md" and target.exists()} - found
        found |= new
        waiting += new

    assert not {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - found


def test_quoted_messages_are_those_of_the_services() -> None:
    source = "".join(
        file.read_text()
        for folder in ("libs", "services", "deploy/local")
        for file in (ROOT / folder).glob("**/src/**/*.py")
    )
    source = SPLIT.sub("", source)
    said = SAID.findall((ROOT / "docs" / "troubleshooting.md").read_text())

    parts = {part.strip() for sentence in said for part in sentence.split("…")}

    assert said
    assert not {part for part in parts if part and part not in source}


def test_every_path_in_contributing_exists() -> None:
    """A path may leave out the folders above it, because the map and the recipes name them."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    spans = ("".join(groups) for groups in CODE_SPAN.findall(text))
    named = {path for span in spans for path in PATH.findall(NO_PATH.sub("", span))}
    known = {f"/{path}" for path in paths()}

    missing = {
        path
        for path in named
        if not any(one.endswith(f"/{path.removeprefix('./').rstrip('/')}") for one in known)
    }

    assert {"app.py", "tests/contracts"} & named
    assert not missing


def paths() -> Iterator[str]:
    """Yield the files and folders of the project, without installed and generated ones."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not GENERATED.match(name)]
        for name in (*folders, *files):
            yield str((Path(folder) / name).relative_to(ROOT))
