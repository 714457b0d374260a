"""Counts words and marks that make prose hard to read: `python -m tools.docs.prose [PATH ...]`.

The limits are those of `tests/contracts/test_prose.py`.
With -v it also prints each place, as `file:line: text`.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = ("libs", "services", "deploy", "tools", "benchmarks", "chaos", "tests")
SKIPPED = {"node_modules", ".venv", "__pycache__", "dist", ".run"}

CLAUSE_WORDS = re.compile(r"\b(?:what|whatever|whoever|whom|nobody|somebody)\b", re.IGNORECASE)
PRONOUNS = re.compile(
    r"\b(?:it|them|they)\b|\b(?:one|this|that|these|those)(?=[.,;:]|$)", re.IGNORECASE
)
SHORT_WORDS = 9
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
FENCED = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+")
NO_PROSE = re.compile(r"^\s*(?:\||#).*$", re.MULTILINE)
SENTENCE_END = re.compile(r"[.?!][\"')\]*_]*(?=\s|$)")


@dataclass(frozen=True)
class Passage:
    """One docstring, comment or line of a document.

    Attributes:
        place: `file:line`.
        text: The prose, without code, tables and addresses.
        is_docstring: False for comments and lines of documents.
    """

    place: str
    text: str
    is_docstring: bool = False

    @property
    def is_riddle(self) -> bool:
        """Whether it is a docstring of fewer than nine words that names no noun but a pronoun."""
        summary = self.text.split("\n\n")[0]
        return (
            self.is_docstring
            and len(WORD.findall(summary)) < SHORT_WORDS
            and bool(PRONOUNS.search(summary))
        )


@dataclass(frozen=True)
class Counts:
    """Figures of many passages.

    Attributes:
        words: All words.
        clause_words: *what, whatever, whoever, whom, nobody, somebody*.
        sentences: Sentences by their full stops.
        marks: Semicolons and colons.
        riddles: Docstrings of fewer than nine words with a bare pronoun.
    """

    words: int
    clause_words: int
    sentences: int
    marks: int
    riddles: int

    @property
    def clause_words_per_1000(self) -> float:
        """Clause words per 1,000 words."""
        return 1000 * self.clause_words / max(self.words, 1)

    @property
    def marks_per_100(self) -> float:
        """Semicolons and colons per 100 sentences."""
        return 100 * self.marks / max(self.sentences, 1)


def counts_of(passages: list[Passage]) -> Counts:
    """Count all passages together."""
    texts = [passage.text for passage in passages]
    return Counts(
        words=sum(len(WORD.findall(text)) for text in texts),
        clause_words=sum(len(CLAUSE_WORDS.findall(text)) for text in texts),
        sentences=sum(len(SENTENCE_END.findall(text)) for text in texts),
        marks=sum(text.count(";") + text.count(":") for text in texts),
        riddles=sum(passage.is_riddle for passage in passages),
    )


def docstrings(folders: tuple[str, ...] = PYTHON) -> Iterator[Passage]:
    """Every docstring of the Python files in `folders`, relative to the project's root."""
    for path in python_files(folders):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(
                node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
            ) and (text := ast.get_docstring(node)):
                line = node.body[0].lineno
                yield Passage(f"{path.relative_to(ROOT)}:{line}", _without_sections(text), True)


def comments(folders: tuple[str, ...] = PYTHON) -> Iterator[Passage]:
    """Every comment of the Python files in `folders`, without instructions to tools."""
    for path in python_files(folders):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
            text = token.string.lstrip("# ")
            if token.type == tokenize.COMMENT and not text.startswith(("noqa", "type:", "!")):
                yield Passage(f"{path.relative_to(ROOT)}:{token.start[0]}", _prose(text))


def documents(root: Path = ROOT) -> Iterator[Passage]:
    """Every line of prose in the documents of the project."""
    for path in sorted({*root.glob("*.md"), *root.glob("docs/**/*.md")}):
        text = FENCED.sub(lambda block: "\n" * block[0].count("\n"), path.read_text())
        for number, line in enumerate(NO_PROSE.sub("", text).split("\n"), 1):
            if line.strip():
                yield Passage(f"{path.relative_to(root)}:{number}", _prose(line))


def python_files(folders: tuple[str, ...]) -> Iterator[Path]:
    """The Python files in `folders`, sorted, without installed packages."""
    for folder in folders:
        path = ROOT / folder
        found = [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
        yield from (file for file in found if not SKIPPED & set(file.parts))


def main() -> None:
    """Print the counts of docstrings, comments and documents."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("-v", "--verbose", action="store_true", help="print each place")
    arguments.add_argument("paths", nargs="*", default=PYTHON, help="folders or files of Python")
    given = arguments.parse_args()
    paths = tuple(given.paths)
    kinds = {"docstrings": list(docstrings(paths)), "comments": list(comments(paths))}
    if given.paths == PYTHON:
        kinds["documents"] = list(documents())
    for kind, passages in kinds.items():
        counts = counts_of(passages)
        print(
            f"{kind}: {counts.words} words, {counts.clause_words_per_1000:.1f} clause words per "
            f"1,000, {counts.marks_per_100:.0f} ; and : per 100 sentences, {counts.riddles} riddles"
        )
        if given.verbose:
            for passage in passages:
                if passage.is_riddle or CLAUSE_WORDS.search(passage.text):
                    print(f"  {passage.place}: {' '.join(passage.text.split())}")


def _without_sections(docstring: str) -> str:
    """Remove the names before colons in `Args:`, `Attributes:`, `Raises:` and `Returns:`."""
    text = re.sub(
        r"^\s*(?:Args|Attributes|Raises|Returns|Yields|Example):$",
        "",
        docstring,
        flags=re.MULTILINE,
    )
    return _prose(re.sub(r"^( {4,})[\w.*, ]+?(?: \([^)]*\))?: ", r"\1", text, flags=re.MULTILINE))


def _prose(text: str) -> str:
    return ADDRESS.sub("]", CODE.sub("x", text))


if __name__ == "__main__":
    main()
