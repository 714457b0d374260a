"""The language of docstrings and documents: one sentence per line, plain nouns, few colons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.docs.prose import CLAUSE_WORDS, Passage, counts_of, docstrings, documents

ROOT = Path(__file__).parents[2]
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")})

FENCED = re.compile(r"^( *```).*?^\1", re.MULTILINE | re.DOTALL)
# Rows of tables, headings, and the marks of list items.
NO_PROSE = re.compile(r"^\s*[|#].*|^\s*(?:\d+\.|-) ")
# Code and abbreviations.
NO_END = re.compile(r"`[^`]*`|\b(?:e\.g|i\.e|No|Rev|Sec)\. ")
# A title in bold or italics (*Rejected.*) is no sentence. It stands with the next one.
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


MAX_CLAUSE_WORDS_PER_1000 = 3
MAX_MARKS_PER_100_SENTENCES = 30
KINDS: dict[str, Callable[[], Iterator[Passage]]] = {
    "docstrings": docstrings,
    "documents": documents,
}


@pytest.fixture(scope="module", params=KINDS)
def passages(request: pytest.FixtureRequest) -> list[Passage]:
    """All docstrings of the project, then all lines of its documents."""
    return list(KINDS[request.param]())


def places(passages: list[Passage]) -> str:
    """One line for each passage."""
    return "\n".join(f"{one.place}: {' '.join(one.text.split())}" for one in passages)


def test_sentences_name_a_noun_instead_of_what_or_whom(passages: list[Passage]) -> None:
    found = [passage for passage in passages if CLAUSE_WORDS.search(passage.text)]

    rate = counts_of(passages).clause_words_per_1000

    assert rate <= MAX_CLAUSE_WORDS_PER_1000, f"name the noun:\n{places(found)}"


def test_sentences_are_split_rather_than_joined_by_colons_and_semicolons(
    passages: list[Passage],
) -> None:
    found = [passage for passage in passages if set(";:") & set(passage.text)]

    rate = counts_of(passages).marks_per_100

    assert rate <= MAX_MARKS_PER_100_SENTENCES, f"split the sentence:\n{places(found)}"


def test_no_docstring_is_a_pronoun_and_a_verb(passages: list[Passage]) -> None:
    riddles = [passage for passage in passages if passage.is_riddle]

    assert not riddles, f"name the noun:\n{places(riddles)}"
