"""The documents hold one sentence per line: who changes a sentence changes one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written by `make docs`: their text stands in the code that makes them.
GENERATED = {ROOT / "docs" / f"{name}.md" for name in ("configuration", "faults", "metrics")}
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")} - GENERATED)

FENCED = re.compile(r"^( *```).*?^\1", re.MULTILINE | re.DOTALL)
# Rows of tables, headings, and the marks of list items.
NO_PROSE = re.compile(r"^\s*[|#].*|^\s*(?:\d+\.|-) ")
# Code and abbreviations.
NO_END = re.compile(r"`[^`]*`|\b(?:e\.g|i\.e|No|Rev|Sec)\. ")
# A title in bold or italics (*Rejected.*) is none: it stands with what follows.
TWO_SENTENCES = re.compile(r"[.?!][\"')\]]* \S")


def crowded(page: Path) -> Iterator[str]:
    """The lines that hold more than one sentence, as `file:line: text`."""
    text = FENCED.sub(lambda block: "\n" * block[0].count("\n"), page.read_text())
    for number, line in enumerate(text.split("\n"), 1):
        if TWO_SENTENCES.search(NO_END.sub("x", NO_PROSE.sub("", line))):
            yield f"{page.relative_to(ROOT)}:{number}: {line.strip()}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_sentence_has_a_line_of_its_own(page: Path) -> None:
    found = list(crowded(page))

    assert not found, "begin each sentence on a new line:\n" + "\n".join(found)
