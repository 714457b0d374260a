from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from retry.errors import ScheduleError
from retry.settings import Settings, read_expression, read_schedule
from retry.timer.schedule import Schedule

NOON = datetime(2026, 7, 21, 12, 7, tzinfo=UTC)
"""A Tuesday."""
BRUSSELS = ZoneInfo("Europe/Brussels")
SPRING = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
"""An hour before the clock of Brussels goes from 2:00 to 3:00."""
AUTUMN = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
"""Half an hour before the hour from 2:00 to 3:00 begins for the first time."""


def runs(expression: str, count: int, after: datetime = NOON, zone: str = "UTC") -> list[str]:
    """Return the next runs in local time."""
    schedule = Schedule(expression, after, zone)
    found = []
    for _ in range(count):
        following = schedule.after(after)
        assert following is not None, schedule.error
        after = following
        found.append(f"{after.astimezone(ZoneInfo(zone)):%a %d.%m.%y %H:%M:%S}")
    return found


def days(expression: str, count: int, after: datetime = NOON) -> list[str]:
    """Return the days of the next runs."""
    return [run[:9] for run in runs(expression, count, after)]


def test_every_15th_minute_is_the_seeds_example() -> None:
    assert Schedule("*/15 * * * *", NOON).after(NOON) == NOON.replace(minute=15)


def test_an_empty_expression_never_runs() -> None:
    schedule = Schedule("")

    assert (schedule.after(NOON), schedule.error) == (None, None)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 0/15 * * * ?", ["Tue 21.07.26 12:15:00", "Tue 21.07.26 12:30:00"]),
        ("0 0 12 1/1 * ? *", ["Wed 22.07.26 12:00:00", "Thu 23.07.26 12:00:00"]),
        ("30 */15 * * * *", ["Tue 21.07.26 12:15:30", "Tue 21.07.26 12:30:30"]),
        ("@daily", ["Wed 22.07.26 00:00:00", "Thu 23.07.26 00:00:00"]),
        ("@EVERY_MINUTE", ["Tue 21.07.26 12:08:00", "Tue 21.07.26 12:09:00"]),
        ("10/20 12 * * *", ["Tue 21.07.26 12:10:00", "Tue 21.07.26 12:30:00"]),
        ("0 12 29 2 ?", ["Tue 29.02.28 12:00:00"]),
        ("0 0 12 ? JAN * 2031", ["Wed 01.01.31 12:00:00"]),
        ("0 12 1 DEC-FEB *", ["Tue 01.12.26 12:00:00", "Fri 01.01.27 12:00:00"]),
    ],
)
def test_the_dialects_of_net_mean_what_their_libraries_mean(
    expression: str, expected: list[str]
) -> None:
    assert runs(expression, len(expected)) == expected


def test_hours_go_over_midnight() -> None:
    hours = [int(run[-8:-6]) for run in runs("0 22-6 * * *", 9)]

    assert hours == [22, 23, 0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "expression", ["0 0 * * FRI-MON", "0 0 * * 5-1", "0 0 0 * * 5-1", "0 0 0 ? * 6-2"]
)
def test_days_go_over_the_end_of_the_week(expression: str) -> None:
    assert [day[:3] for day in days(expression, 4)] == ["Fri", "Sat", "Sun", "Mon"]


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        ("0 6 * * 1", "Mon"),
        ("0 0 6 * * 1", "Mon"),
        ("0 6 * * 0", "Sun"),
        ("0 6 * * 7", "Sun"),
        ("0 6 * * SUNDAY", "Sun"),
        ("0 0 6 ? * 1", "Sun"),
        ("0 0 6 ? * 7", "Sat"),
        ("0 0 6 ? * L", "Sat"),
        ("0 0 6 * * 2 *", "Mon"),
    ],
)
def test_sunday_is_1_for_quartz_and_0_for_all_others(expression: str, first: str) -> None:
    assert days(expression, 1)[0][:3] == first


def test_working_days_of_quartz_are_monday_to_friday() -> None:
    assert [day[:3] for day in days("0 0 6 ? * MON-FRI", 6)] == [
        "Wed", "Thu", "Fri", "Mon", "Tue", "Wed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 0 6 L * ?", ["Fri 31.07", "Mon 31.08"]),
        ("0 0 6 L-3 * ?", ["Tue 28.07", "Fri 28.08"]),
        ("0 0 6 LW * ?", ["Fri 31.07", "Mon 31.08", "Wed 30.09", "Fri 30.10"]),
        ("0 0 6 15W * ?", ["Fri 14.08", "Tue 15.09"]),
        ("0 0 6 1W * ?", ["Mon 03.08", "Tue 01.09"]),
        ("0 0 6 ? * 6#3", ["Fri 21.08", "Fri 18.09"]),
        ("0 0 6 ? * 6L", ["Fri 31.07", "Fri 28.08"]),
        ("0 6 * * 5#3", ["Fri 21.08", "Fri 18.09"]),
        ("0 6 13 * FRI", ["Fri 13.11", "Fri 13.08"]),
    ],
)
def test_days_of_the_month_are_found(expression: str, expected: list[str]) -> None:
    assert [day[:9] for day in days(expression, len(expected))] == expected


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("whenever", "1 fields"),
        ("* * * *", "4 fields"),
        ("61 * * * *", "the minute '61'"),
        ("0 24 * * *", "the hour '24'"),
        ("0 0 * * 8", "the day of the week '8'"),
        ("0 0 0 ? * 0", "the day of the week '0'"),
        ("H * * * *", "the minute 'H'"),
        ("*/0 * * * *", "the minute '*/0'"),
        ("1,,2 * * * *", "the minute ''"),
        ("? * * * *", "the minute '?'"),
        ("0 0 31 2 *", "never runs"),
        ("0 0 12 * * ? 2005", "never runs"),
        ("@reboot", "1 fields"),
    ],
)
def test_a_wrong_expression_is_refused_in_a_sentence_that_says_what_to_write(
    expression: str, named: str
) -> None:
    schedule = Schedule(expression, NOON)

    assert schedule.after(NOON) is None
    assert schedule.error is not None
    assert named in schedule.error
    assert "RetryJobCronExpression" in schedule.error
    assert "Write for example */15 * * * *" in schedule.error


def test_an_unknown_time_zone_is_refused_with_an_example() -> None:
    error = Schedule("@daily", NOON, "Romance Standard Time").error

    assert error is not None
    assert "RETRY_TIME_ZONE" in error
    assert "Europe/Brussels" in error


def test_the_clock_of_the_time_zone_counts() -> None:
    following = Schedule("0 6 * * *", NOON, "Europe/Brussels").after(NOON)

    assert following == datetime(2026, 7, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("expression", ["30 2 * * *", "0 30 2 * * ?", "*/20 2 * * *"])
def test_a_run_in_the_skipped_hour_comes_once_when_the_clock_goes_on(expression: str) -> None:
    first, second = runs(expression, 2, SPRING, "Europe/Brussels")

    assert first == "Sun 29.03.26 03:00:00"
    assert second.startswith("Mon 30.03.26 02:")


def test_a_run_in_the_repeated_hour_comes_once() -> None:
    schedule = Schedule("30 2 * * *", AUTUMN, "Europe/Brussels")

    first = schedule.after(AUTUMN)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert schedule.after(first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("begin", [SPRING, AUTUMN])
@pytest.mark.parametrize(("expression", "step"), [("*/15 * * * *", 15), ("@hourly", 60)])
def test_distances_stay_where_the_clock_changes(
    begin: datetime, expression: str, step: int
) -> None:
    schedule, moments = Schedule(expression, begin, "Europe/Brussels"), [begin]
    for _ in range(16):
        following = schedule.after(moments[-1])
        assert following is not None
        moments.append(following)

    gaps = {later - earlier for earlier, later in pairwise(moments[1:])}

    assert gaps == {timedelta(minutes=step)}


def test_the_originals_appsettings_is_read(tmp_path: Path) -> None:
    file = tmp_path / "appsettings.json"
    file.write_text(
        '{"Logging": {}, "RetryJobCronExpression": "*/5 * * * *"}', encoding="utf-8-sig"
    )

    assert read_expression(Settings(appsettings=file)) == "*/5 * * * *"


def test_the_environment_wins_even_when_it_says_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "appsettings.json"
    file.write_text('{"RetryJobCronExpression": "*/5 * * * *"}')
    monkeypatch.setenv("RetryJobCronExpression", "")

    assert read_expression(Settings(appsettings=file)) == ""


@pytest.mark.parametrize("text", ["{", '{"RetryJobCronExpression": 5}'])
def test_a_broken_appsettings_is_named_and_stops_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "appsettings.json"
    file.write_text(text)

    schedule = read_schedule(Settings(appsettings=file))

    assert schedule.after(NOON) is None
    assert "not valid" in str(schedule.error)
    with pytest.raises(ScheduleError):
        read_expression(Settings(appsettings=file))
