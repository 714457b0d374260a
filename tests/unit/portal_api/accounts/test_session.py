from __future__ import annotations

from datetime import timedelta

from portal_api.accounts.roles import Role
from portal_api.accounts.session import Session, SessionLifetimes
from tests.support.builders import A_MOMENT

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LIFETIMES = SessionLifetimes(idle=HOUR, whole=12 * HOUR)


def a_session(seen_after: timedelta = timedelta(0)) -> Session:
    """A session that was last used so long after it began."""
    return Session("hash", "operator1", Role.OPERATOR, A_MOMENT, A_MOMENT + seen_after, A_MOMENT)


def test_an_unused_session_ends_after_the_idle_time() -> None:
    assert LIFETIMES.end_of(a_session()) == A_MOMENT + HOUR


def test_a_used_session_lives_on() -> None:
    assert LIFETIMES.end_of(a_session(50 * MINUTE)) == A_MOMENT + 110 * MINUTE


def test_no_session_outlives_the_whole_time() -> None:
    assert LIFETIMES.end_of(a_session(11.5 * HOUR)) == A_MOMENT + 12 * HOUR


def test_its_use_is_noted_once_a_minute() -> None:
    assert not LIFETIMES.is_use_due(a_session(), A_MOMENT + 59 * timedelta(seconds=1))
    assert LIFETIMES.is_use_due(a_session(), A_MOMENT + 61 * timedelta(seconds=1))


def test_a_short_life_is_noted_more_often() -> None:
    assert SessionLifetimes(idle=MINUTE, whole=HOUR).is_use_due(
        a_session(), A_MOMENT + timedelta(seconds=7)
    )
