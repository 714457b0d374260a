from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts.appointment import Action
from common.contracts.appointment_version import AppointmentVersion
from common.contracts.moments import ticks_of
from common.contracts.transaction import TransactionReceived
from tests.support.builders import A_MOMENT, a_transaction

OLD, NEW = "00000000000007ff", "0000000000000800"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (
            AppointmentVersion(1, rowversion=NEW, received=9, place=9),
            AppointmentVersion(2, rowversion=OLD),
        ),
        (AppointmentVersion(1, is_delete=True, received=9), AppointmentVersion(2)),
        (
            AppointmentVersion(1, rowversion=NEW, received=9, place=9),
            AppointmentVersion(1, OLD, is_delete=True),
        ),
        (
            AppointmentVersion(1, rowversion=OLD, received=9, place=9),
            AppointmentVersion(1, rowversion=NEW),
        ),
        (
            AppointmentVersion(1, OLD, received=9, is_delete=True),
            AppointmentVersion(1, NEW, is_delete=True),
        ),
        (AppointmentVersion(1, rowversion=NEW, received=1), AppointmentVersion(1, received=2)),
        (
            AppointmentVersion(1, rowversion=OLD, received=1),
            AppointmentVersion(1, rowversion=OLD, received=2),
        ),
        (AppointmentVersion(1, received=1, place=9), AppointmentVersion(1, received=2, place=0)),
        (AppointmentVersion(1, received=1, place=1), AppointmentVersion(1, received=1, place=2)),
    ],
    ids=[
        "the last-modified time decides first",
        "a delete is older than a later version",
        "a delete is newer than an equal version",
        "then the rowversion decides",
        "also between two deletes",
        "a rowversion decides only if both have one",
        "equal rowversions leave it to the arrival",
        "the arrival decides before the place",
        "the place decides last",
    ],
)
def test_an_older_version_is_older_and_never_newer(
    older: AppointmentVersion, newer: AppointmentVersion
) -> None:
    assert older.is_older_than(newer)
    assert not newer.is_older_than(older)


def test_of_two_equal_versions_neither_is_older() -> None:
    assert not AppointmentVersion(1, OLD, 2, 3).is_older_than(AppointmentVersion(1, OLD, 2, 3))


VERSIONS = st.builds(
    AppointmentVersion,
    ticks=st.integers(0, 2),
    rowversion=st.sampled_from([None, OLD, NEW]),
    received=st.integers(0, 2),
    place=st.integers(0, 2),
    is_delete=st.booleans(),
)


@given(one=VERSIONS, other=VERSIONS)
def test_two_versions_are_never_older_than_each_other(
    one: AppointmentVersion, other: AppointmentVersion
) -> None:
    assert not (one.is_older_than(other) and other.is_older_than(one))


@given(one=VERSIONS, other=VERSIONS)
def test_two_versions_that_differ_have_an_order(
    one: AppointmentVersion, other: AppointmentVersion
) -> None:
    lacks_one = (one.rowversion is None) != (other.rowversion is None)

    assert one.is_older_than(other) or other.is_older_than(one) or one == other or lacks_one


def test_a_transaction_has_the_version_of_its_appointment_and_arrival() -> None:
    transaction = a_transaction(
        action=Action.DELETE, modified_ticks=ticks_of(A_MOMENT) + 4, rowversion=OLD
    )

    assert AppointmentVersion.of(transaction) == AppointmentVersion(
        ticks_of(A_MOMENT) + 4, OLD, ticks_of(A_MOMENT) // 10_000, 0, is_delete=True
    )


def test_a_transaction_of_an_older_release_is_ordered_by_its_microseconds() -> None:
    first, second = (
        AppointmentVersion.of(a_transaction(modified_at=A_MOMENT + timedelta(microseconds=n)))
        for n in (0, 1)
    )

    assert first.is_older_than(second)


def test_a_transaction_that_was_stored_in_milliseconds_has_the_same_version() -> None:
    received = a_transaction().model_dump()
    first, stored = (
        TransactionReceived.model_validate(
            received | {"received_at": A_MOMENT + timedelta(microseconds=n)}
        )
        for n in (999, 0)
    )

    assert AppointmentVersion.of(first) == AppointmentVersion.of(stored)
