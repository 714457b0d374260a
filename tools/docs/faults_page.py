"""Writes docs/faults.md and the website's table of codes from the catalogue for `make docs`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dispatcher.back_offices.catalogue import CATALOGUE, ERROR_TYPES, FaultRow

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
TABLE = ROOT / "services" / "portal-web" / "src" / "faults" / "catalogue.json"
HEAD = """# Faults

The faults of a back office, and their meaning for a delivery.
`make docs` writes this page from the catalogue.
The first row that matches decides.
Each message of a *Failed* delivery begins with the code in brackets.
The back office's own text follows, without secrets, in at most 500 characters.

*Tried again at once*: up to three times within the attempt, with growing pauses.
*Outcome unknown*: the back office may have stored the appointment, so check there before a retry.
Dataverse needs no check, because it stores a repetition once.

| Seen | Which | Code | Tried again at once | Outcome unknown | What the administrator reads |
|---|---|---|---|---|---|
"""


def page() -> str:
    """Return the text of the page."""
    return HEAD + "".join(map(_line, CATALOGUE))


def table() -> str:
    """Return the possible meanings of each code as JSON for the website."""
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in CATALOGUE:
        leaf = ERROR_TYPES[row.means]
        meaning = {"say": row.say, "retried": _is_retried(row), "unknown": leaf.outcome_unknown}
        for code in sorted({row.code} if isinstance(row.code, str) else set(row.code.values())):
            by_code.setdefault(code, []).append(meaning)
    return json.dumps(dict(sorted(by_code.items())), indent=1) + "\n"


def _line(row: FaultRow) -> str:
    leaf = ERROR_TYPES[row.means]
    kinds = f" ({', '.join(row.from_)})" if row.from_ else ""
    which = "any other" if row.is_ == ("*",) else ", ".join(row.is_)
    meaning = row.say.replace("|", "\\|")
    return (
        f"| {row.seen}{kinds} | {which} | {_codes(row)} | {_yes(_is_retried(row))} | "
        f"{_yes(leaf.outcome_unknown)} | {meaning} |\n"
    )


def _is_retried(row: FaultRow) -> bool:
    return row.repeats or ERROR_TYPES[row.means].transient


def _codes(row: FaultRow) -> str:
    if isinstance(row.code, str):
        return row.code
    by_code: dict[str, list[str]] = {}
    for kind, code in row.code.items():
        by_code.setdefault(code, []).append(kind)
    return "; ".join(f"{code} ({', '.join(kinds)})" for code, kinds in by_code.items())


def _yes(answer: bool) -> str:  # noqa: FBT001 - one cell
    return "yes" if answer else "no"


if __name__ == "__main__":
    PAGE.write_text(page())
    TABLE.write_text(table())
