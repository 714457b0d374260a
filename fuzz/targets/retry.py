"""The cron expressions of retry."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fuzz.inputs.changes import changed
from fuzz.inputs.texts import NUMBERS, odd_bytes
from fuzz.parser import Parser, on_the_loop, one_of
from retry.timer.schedule import Schedule

NOW = datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Brussels")
_SAMPLES = [
    *(b"*/15 * * * *", b"0 0 12 ? * MON-FRI", b"0 15 10 L-3W * ? 2026", b"@daily", b"0 0 29 2 *"),
    *(b"0 0 31 2 *", b"30 2 29 3 *", b"0 0 * * 5#5", b"0 0 LW * *", b"1,5-7,*/15 22-6 1W FEB FRIL"),
    *(
        b"*/7 * 15W 1/3 ?",
        b"0 0 0 1 1 ? 2199",
        b"59 59 23 31 12 ? 1970",
        b"0 0 30 2 *",
        b"0 0 * * MON#1",
    ),
]
_WORDS = [
    b"*",
    b"/",
    b"-",
    b",",
    b"#",
    b"L",
    b"W",
    b"?",
    b"LW",
    b"@",
    *(n.encode() for n in NUMBERS[:8]),
]


def retry_parsers() -> list[Parser]:
    """Return the parser of RetryJobCronExpression."""
    generate = one_of((changed(_SAMPLES, _WORDS), changed(_SAMPLES, _WORDS), odd_bytes))
    return [Parser("cron expression", on_the_loop(_cron), generate)]


def _cron(raw: bytes) -> None:
    schedule = Schedule(raw.decode("utf-8", "replace"), NOW, "Europe/Brussels")
    following = schedule.after(NOW)
    assert schedule.error or not schedule.expression or (following and following > NOW)
