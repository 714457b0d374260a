"""The row of one version among the rows of an appointment."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dispatcher.back_offices.read_back import RecordIdentity, Row, UnusableRowsError, find_row

ZONE = ZoneInfo("UTC")
IDENTITY = RecordIdentity("37743", "U", datetime(2026, 7, 21, 14, 3, 9, 447_000, UTC))
EARLIER = Row("37743", "U", "2026-07-21T14:03:08.447Z")


def test_the_row_of_the_version_is_found_beside_rows_that_cannot_be_read() -> None:
    row = Row("37743", "U", "2026-07-21T14:03:09.446Z", entry_no="13")

    assert find_row([Row("37743", "U", None), EARLIER, row], IDENTITY, ZONE) == row


@pytest.mark.parametrize("modified_at", [None, "", "soon", "0001-01-01T00:00:00"])
def test_a_row_without_a_readable_date_may_be_the_row_of_the_version(
    modified_at: str | None,
) -> None:
    with pytest.raises(UnusableRowsError, match="unreadable records"):
        find_row([EARLIER, Row("37743", "U", modified_at)], IDENTITY, ZONE)


def test_rows_of_other_versions_show_that_the_record_is_missing() -> None:
    assert find_row([EARLIER], IDENTITY, ZONE) is None
