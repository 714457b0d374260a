"""``mboc`` from its words to its exit code, with a portal in memory."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from mboc_client import app, portal
from mboc_client.errors import RefusedError, UnavailableError


class FakePortal:
    """A portal that gives one answer to every request, or fails with it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.requests: list[tuple[Any, ...]] = []

    async def get(self, *request: Any) -> Any:
        self.requests.append(request)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    async def send(self, *request: Any, **_options: Any) -> Any:
        return await self.get(*request)

    async def items(self, *request: Any, **_options: Any) -> AsyncIterator[Any]:
        for item in await self.get(*request):
            yield item


def run(monkeypatch: pytest.MonkeyPatch, words: str, answer: Any = None) -> tuple[int, FakePortal]:
    fake = FakePortal(answer)

    @contextlib.asynccontextmanager
    async def open_portal(_connection: Any) -> AsyncIterator[FakePortal]:
        yield fake

    monkeypatch.setattr(portal, "open_portal", open_portal)
    monkeypatch.setattr(sys, "argv", ["mboc", *words.split()])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code, fake


STATUS: dict[str, Any] = {
    "state": "well",
    "sentence": "All is well.",
    "reasons": ["All is well."],
    "rabbitmq": {"reachable": True, "version": "4.1"},
    "mongodb": {"reachable": True, "version": "8.0"},
    "timer_job": None,
    "services": [],
    "lanes": [],
}
OPERATION: dict[str, Any] = {
    "operation_id": "o1",
    "state": "done",
    "asked_to": None,
    "finished_at": "2026-07-21T14:00:00Z",
    "reason": None,
    "count": 1,
    "doable": 1,
    "seconds": 0.02,
    "by_connector": [],
    "by_cause": [],
    "counts": {"total": 1, "waiting": 0, "asked": 0, "succeeded": 1, "failed": 0, "skipped": 0},
}


@pytest.mark.parametrize(
    ("words", "answer", "code"),
    [
        ("--help", None, 0),
        ("--version", None, 0),
        ("status", STATUS, 0),
        ("status", STATUS | {"state": "troubled"}, 1),
        ("transactions show none", RefusedError(404, "There is no delivery none."), 1),
        ("transactions list", UnavailableError("The portal API cannot be reached."), 1),
        ("transactions retry", None, 1),
        ("transactions list", KeyboardInterrupt(), 130),
        ("transactions list", BrokenPipeError(), 130),
        ("", None, 2),
        ("transactions", None, 2),
        ("transaction list", None, 2),
        ("transactions show", None, 2),
        ("transactions list --colour red", None, 2),
        ("transactions list --most many", None, 2),
        ("figures --step year", None, 2),
        ("connectors import no-such-file.csv", None, 2),
    ],
)
def test_an_end_has_its_exit_code_and_no_stack_trace(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    answer: Any,
    code: int,
) -> None:
    assert run(monkeypatch, words, answer)[0] == code
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert "Usage: " in err if code == 2 else "Usage: " not in err


def test_a_failure_is_one_sentence_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "transactions list", UnavailableError("Check MBOC_URL.\x1b[2J"))

    assert capsys.readouterr() == ("", "Check MBOC_URL.\\u001b[2J\n")


@pytest.mark.parametrize(
    ("words", "answer", "expected"),
    [
        ("transactions list --json", [{"delivery_id": "d1"}], {"delivery_id": "d1"}),
        ("transactions show d1", {"delivery_id": "d1"}, {"delivery_id": "d1"}),
        ("transactions show d1 -j", {"delivery_id": "d1"}, {"delivery_id": "d1"}),
        ("status --json", STATUS, STATUS),
        ("figures --json", {"items": [{"accepted": 1}]}, {"accepted": 1}),
        ("connectors test c1 --json", {"passed": True, "steps": []}, {"passed": True, "steps": []}),
        (
            "users enable jane --json",
            {"name": "jane", "enabled": True},
            {"name": "jane", "enabled": True},
        ),
        ("operations follow o1 --json", OPERATION, OPERATION),
        (
            "errors retry -c c1 --yes --json",
            OPERATION,
            {"plan": OPERATION, "operation": OPERATION},
        ),
        ("errors retry --json", {"count": 0}, {"plan": {"count": 0}, "operation": None}),
    ],
)
def test_json_is_all_that_standard_output_has(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    answer: Any,
    expected: Any,
) -> None:
    code, _ = run(monkeypatch, words, answer)

    assert (code, json.loads(capsys.readouterr().out)) == (0, expected)


def test_short_options_are_those_of_the_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    _, short = run(
        monkeypatch, "transactions list -s Failed -s Skipped -c c1 -q pump -n 7 -p done", []
    )
    _, long = run(
        monkeypatch,
        "transactions list --status Failed --status Skipped --connector-id c1 --search pump "
        "--most 7 --phase done",
        [],
    )

    assert short.requests == long.requests
    assert short.requests == [
        (
            "/deliveries",
            {
                "search": "pump",
                "status": ["Failed", "Skipped"],
                "phase": "done",
                "connector_id": "c1",
            },
            7,
        )
    ]
