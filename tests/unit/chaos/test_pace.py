"""Promises about concurrent calls, and about lanes that continue."""

from __future__ import annotations

from typing import Any

from chaos.disruptions import Kind
from chaos.evidence import Start
from chaos.pace import gaps_of, lanes_go_on, limits_hold, newcomers_get_lanes, peaks_of
from tests.unit.chaos.seen import a_call, a_change, a_kill, seen

MORE = {"back_office": "bc"}


def under_way(*spans: tuple[int, int], **more: Any) -> list[Any]:
    return [a_call(1, began=began, ended=ended, **more) for began, ended in spans]


def test_calls_one_after_the_other_are_one_at_once() -> None:
    assert peaks_of(seen(calls=under_way((1, 2), (3, 4)))) == {"hook": 1, "bc login": 0}


def test_calls_that_overlap_are_counted_at_their_peak() -> None:
    found = limits_hold(seen(calls=under_way((1, 5), (2, 4), (3, 6), (7, 8))))

    assert (found.held, found.numbers["hook"]) == (False, 3)
    assert found.examples == ("hook: 3 at once, 2 allowed",)


def test_as_many_as_allowed_are_fine() -> None:
    assert limits_hold(seen(calls=under_way((1, 4), (2, 3)))).held


def test_a_caller_that_left_is_not_counted_for_the_moment_it_takes_to_see_that() -> None:
    left = [a_call(1, began=n, ended=n + 10, at_s=0.0, took_s=4.0, status=None) for n in (1, 2)]
    soon, at_once = (a_call(1, began=3, ended=4, at_s=at_s) for at_s in (3.9, 2.0))

    assert peaks_of(seen(calls=[*left, soon]))["hook"] == 2
    assert peaks_of(seen(calls=[*left, at_once]))["hook"] == 3


def test_back_offices_that_share_a_login_are_counted_together() -> None:
    one, other = a_call(1, began=1, ended=4, **MORE), a_call(2, began=2, ended=3, **MORE)

    assert not limits_hold(seen(calls=[one, other])).held


def test_the_gap_begins_at_the_kill_where_work_was_waiting() -> None:
    evidence = seen([a_change(5)], [a_call(5, at_s=14.0)], disruptions=[a_kill(10.0)])

    assert [gap.lasted_s for gap in gaps_of(evidence)] == [4.0]


def test_the_gap_begins_with_the_next_change_where_no_work_was_waiting() -> None:
    changes = [a_change(5), a_change(13)]
    calls = [a_call(5, at_s=6.0), a_call(13, at_s=14.0)]

    assert [gap.lasted_s for gap in gaps_of(seen(changes, calls, disruptions=[a_kill(10.0)]))] == [
        1.0
    ]


def test_a_back_office_without_work_has_no_gap() -> None:
    evidence = seen([a_change(5)], [a_call(5)], disruptions=[a_kill(10.0)])

    assert gaps_of(evidence) == []


def test_a_lane_that_stands_breaks_the_promise() -> None:
    found = lanes_go_on(seen([a_change(5)], disruptions=[a_kill(10.0)]))

    assert (found.held, found.numbers["slowest_s"]) == (False, 90.0)


def test_a_gap_that_another_disruption_explains_is_not_counted() -> None:
    changes, calls = [a_change(5)], [a_call(5, at_s=30.0)]
    away = a_kill(12.0, Kind.RESTART_NODE)
    here, elsewhere = (a_kill(12.0, Kind.ERROR, name) for name in ("hook", "bc"))

    assert lanes_go_on(seen(changes, calls, disruptions=[a_kill(10.0), away])).held
    assert lanes_go_on(seen(changes, calls, disruptions=[a_kill(10.0), here])).held
    assert not lanes_go_on(seen(changes, calls, disruptions=[a_kill(10.0), elsewhere])).held


def test_a_newcomer_must_make_its_first_attempt_in_time() -> None:
    changes = [a_change(50)]

    assert newcomers_get_lanes(seen(changes, starts=[Start("d", 1.0, 9.0)])).held
    assert not newcomers_get_lanes(seen(changes, starts=[Start("d", 1.0, 10.5)])).held
    assert not newcomers_get_lanes(seen(changes, starts=[Start("d", 1.0, None)])).held


def test_a_few_newcomers_may_get_no_lane() -> None:
    starts = [Start("d", 1.0, 2.0), Start("e", 2.0, None)]

    assert newcomers_get_lanes(seen([a_change(50)], starts=starts)).held


def test_a_newcomer_without_work_to_do_is_not_judged() -> None:
    assert newcomers_get_lanes(seen([a_change(5)], starts=[Start("d", 1.0, None)])).held
