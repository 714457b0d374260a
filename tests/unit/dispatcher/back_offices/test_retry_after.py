from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatcher.back_offices.calls import HttpResponse
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.back_offices.retry_after import seconds_until_retry

NOW = datetime(1994, 11, 6, 8, 49, 0, tzinfo=UTC)
YEAR_S = timedelta(days=365).total_seconds()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" \t120 ", 120),
        ("000000000000000000000120", 120),
        ("31536001", YEAR_S),
        ("9" * 5000, YEAR_S),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 37),
        ("Sun Nov  6 08:49:37 1994", 37),
        ("  Sun, 06 Nov 1994 08:49:37 GMT ", 37),
        ("Sun, 06 Nov 1994 08:49:60 GMT", 59),
        ("Sun, 06 Nov 1994 08:48:00 GMT", 0),
        ("Saturday, 06-Nov-71 08:49:37 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", YEAR_S),
    ],
)
def test_every_form_of_rfc_9110_is_understood(header: str, seconds: float) -> None:
    assert seconds_until_retry(header, NOW) == seconds


@pytest.mark.parametrize(
    "header",
    [
        "",
        "soon",
        "-5",
        "+5",
        "1.5",
        "1e3",
        "12 s",
        "\u06f1\u06f2",
        "\u00b2",
        "Sun, 06 Nov 1994",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Now 1994 08:49:37 GMT",
        "Sun, 00 Nov 0000 08:49:37 GMT",
        "2026-07-24T13:30:00Z",
    ],
)
def test_nonsense_asks_for_nothing(header: str) -> None:
    assert seconds_until_retry(header, NOW) is None


def test_two_digits_of_a_year_may_be_in_the_next_century() -> None:
    now = datetime(2099, 12, 31, 23, 59, 30, tzinfo=UTC)

    assert seconds_until_retry("Friday, 01-Jan-00 00:00:00 GMT", now) == 0
    assert seconds_until_retry("Thursday, 31-Dec-99 23:59:40 GMT", now) == 10


@pytest.mark.parametrize("status", [301, 400, 403, 408, 429, 500, 502, 503, 504])
def test_an_error_of_any_status_carries_the_wait(status: int) -> None:
    answer = HttpResponse(status, {"Retry-After": "7200"}, b"", is_whole=True)

    assert FaultTranslator("API page", "BC").status_error(answer).retry_after_s == 7200
