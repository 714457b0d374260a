"""`make audit` lists known advisories, and names the packages that no source answered for."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.release import audit
from tools.release.audit import Audit, audit_python, audit_website

Answering = Callable[[Any], list[str]]


@pytest.fixture
def answering(tmp_path: Path) -> Answering:
    """A function that returns a command which prints this answer, as JSON unless it is text."""

    def command(answer: Any) -> list[str]:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        file = tmp_path / "answer"
        file.write_text(text)
        return [sys.executable, "-c", f"print(open({str(file)!r}).read())"]

    return command


def test_an_advisory_against_a_python_package_is_listed_with_its_fix(answering: Answering) -> None:
    vulnerable = {
        "name": "lxml",
        "version": "4.0.0",
        "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["4.0.1"]}],
    }

    found = audit_python(answering({"dependencies": [vulnerable, vulnerable]}))

    assert found == Audit(["lxml 4.0.0: PYSEC-2026-1, fixed in 4.0.1"])


def test_an_advisory_against_an_npm_package_is_listed_once(answering: Answering) -> None:
    cause = {"url": "https://advisories.example/1", "severity": "high"}
    packages = {
        "swagger-ui-dist": {"range": "<5", "via": [cause]},
        "reached-by-it": {"range": "*", "via": ["swagger-ui-dist"]},
    }

    found = audit_website(answering({"vulnerabilities": packages}))

    assert found == Audit(["swagger-ui-dist <5: https://advisories.example/1 (high)"])


@pytest.mark.parametrize(
    "answer", ["", "no JSON", "[]", {}, {"dependencies": []}, {"message": "405 Method Not Allowed"}]
)
def test_a_source_that_gives_no_answer_is_reported_as_not_checked(
    answering: Answering, answer: Any
) -> None:
    for found in (audit_python(answering(answer)), audit_website(answering(answer))):
        assert found.advisories == []
        assert "does not answer" in found.not_checked


def test_packages_that_the_source_does_not_know_are_counted(answering: Answering) -> None:
    known = {"name": "lxml", "version": "6.1.3", "vulns": []}
    skipped = {"name": "click", "skip_reason": "not found"}

    found = audit_python(answering({"dependencies": [known, skipped, skipped]}))

    assert found.advisories == []
    assert found.not_checked.startswith("1 of 2 Python packages")


def test_a_source_that_never_answers_ends_at_the_limit() -> None:
    began = time.monotonic()

    found = audit_website([sys.executable, "-c", "import time; time.sleep(60)"], limit_s=0.5)

    assert found.not_checked
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("python", "website", "code", "line"),
    [
        (Audit(), Audit(), 0, "No known advisories."),
        (Audit(not_checked="some"), Audit(), 0, "Not checked: some."),
        (Audit(["an advisory"]), Audit(not_checked="some"), 1, "an advisory"),
    ],
)
def test_only_an_advisory_fails(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    python: Audit,
    website: Audit,
    code: int,
    line: str,
) -> None:
    monkeypatch.setattr(audit, "audit_python", lambda: python)
    monkeypatch.setattr(audit, "audit_website", lambda: website)

    assert audit.main() == code
    assert line in capsys.readouterr().out.splitlines()


def test_every_requirement_file_is_checked() -> None:
    names = {path.stem for path in audit.FILES}

    assert {"dev", "build", "ingest", "dispatcher", "retry", "portal-api", "simulator"} <= names
