"""A small run of `make chaos`, in which every promise holds under every kind of fault."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from chaos.__main__ import chaos
from chaos.options import Options
from chaos.promises import PROMISES
from chaos.verdict import Verdict

CHANGES = 5_000
SEED = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chaos")


@pytest.fixture(scope="module")
async def verdicts(folder: Path) -> dict[str, Verdict]:
    """The results of one run, by the name of the function that checks the promise."""
    options = Options(changes=CHANGES, seed=SEED, settle_s=120, out=folder)
    found = await chaos(options, Console(file=io.StringIO()))
    return {promise.__name__: one for promise, one in zip(PROMISES, found, strict=True)}


@pytest.fixture
def figures(verdicts: dict[str, Verdict], folder: Path) -> dict[str, Any]:
    """The figures of that run, as its page shows them."""
    assert verdicts
    found: dict[str, Any] = json.loads((folder / "chaos.json").read_text())
    return found


@pytest.mark.parametrize("promise", [promise.__name__ for promise in PROMISES])
def test_the_promise_holds_under_faults(
    verdicts: dict[str, Verdict], figures: dict[str, Any], promise: str
) -> None:
    verdict = verdicts[promise]

    assert verdict.held, "\n".join((verdict.line, *verdict.examples, *summary(figures)))


def test_the_run_was_under_load_and_had_every_kind_of_fault(
    figures: dict[str, Any], folder: Path
) -> None:
    assert figures["accepted"] == CHANGES
    assert len({trouble["kind"] for trouble in figures["troubles"]}) == 17
    assert figures["promises"][0]["promise"] in (folder / "chaos.html").read_text()


def summary(figures: dict[str, Any]) -> list[str]:
    """Return every promise with its figure, and the faults with their times."""
    return [
        *(f"{one['promise']}: {one['figure']}" for one in figures["promises"]),
        *(
            f"{one['began_s']} to {one['ended_s']} s: {one['kind']} {one['target']}"
            for one in figures["troubles"]
        ),
    ]
