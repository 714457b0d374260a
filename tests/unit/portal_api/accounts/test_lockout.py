from __future__ import annotations

from datetime import timedelta

from portal_api.accounts.lockout import LockoutPolicy, lockout_of_addresses, lockout_of_names

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def test_five_wrong_passwords_are_free_and_then_each_wait_doubles_up_to_the_longest() -> None:
    waits = [wait / SECOND for wait in lockout_of_names(30 * SECOND, HOUR).waits()]

    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600]


def test_the_longest_wait_is_never_passed() -> None:
    assert LockoutPolicy(free=1, first=40 * SECOND, longest=50 * SECOND, memory=HOUR).waits() == [
        timedelta(0),
        40 * SECOND,
        50 * SECOND,
    ]
    assert LockoutPolicy(free=0, first=HOUR, longest=SECOND, memory=HOUR).waits() == [SECOND]


def test_an_address_is_given_more() -> None:
    waits = lockout_of_addresses(30 * SECOND, HOUR).waits()

    assert waits.index(30 * SECOND) == 50


def test_a_day_of_guessing_is_less_than_a_hundred_guesses() -> None:
    waits = lockout_of_names(30 * SECOND, HOUR).waits()
    spent, guesses = timedelta(0), 0

    while spent < timedelta(days=1):
        guesses += 1
        spent += waits[min(guesses, len(waits) - 1)]

    assert guesses < 100
