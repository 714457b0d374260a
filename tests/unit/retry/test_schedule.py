from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from retry.errors import ScheduleError
from retry.schedule import Schedule
from retry.settings import Settings, expression_of

NOON = datetime(2026, 7, 21, 12, 7, tzinfo=UTC)


def test_every_15th_minute_is_the_seeds_example() -> None:
    assert Schedule("*/15 * * * *", NOON).after(NOON) == datetime(2026, 7, 21, 12, 15, tzinfo=UTC)


def test_an_empty_expression_never_runs() -> None:
    assert Schedule("", NOON).after(NOON) is None


@pytest.mark.parametrize("expression", ["whenever", "* * * *", "61 * * * *"])
def test_a_wrong_expression_is_named(expression: str) -> None:
    with pytest.raises(ScheduleError, match="RetryJobCronExpression"):
        Schedule(expression, NOON)


def test_the_originals_appsettings_is_read(tmp_path: Path) -> None:
    file = tmp_path / "appsettings.json"
    file.write_text(
        '{"Logging": {}, "RetryJobCronExpression": "*/5 * * * *"}', encoding="utf-8-sig"
    )

    assert expression_of(Settings(appsettings=file)) == "*/5 * * * *"


def test_the_environment_wins_even_when_it_says_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "appsettings.json"
    file.write_text('{"RetryJobCronExpression": "*/5 * * * *"}')
    monkeypatch.setenv("RetryJobCronExpression", "")

    assert expression_of(Settings(appsettings=file)) == ""


@pytest.mark.parametrize("text", ["{", '{"RetryJobCronExpression": 5}'])
def test_a_broken_appsettings_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "appsettings.json"
    file.write_text(text)

    with pytest.raises(ScheduleError, match="not valid"):
        expression_of(Settings(appsettings=file))
