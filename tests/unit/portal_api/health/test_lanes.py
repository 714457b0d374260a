from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from common.contracts.telemetry import Heartbeat, LaneStanding
from portal_api.health.lanes import LaneInputs, lanes_of, unreported
from portal_api.health.observations import LaneHold, LaneObservation
from tests.support.builders import A_MOMENT

NOTHING = LaneInputs(names={}, depths={}, held={}, oldest={}, partitions={})
SINCE, UNTIL = A_MOMENT, A_MOMENT + timedelta(minutes=1)


def a_beat(replica: str, *lanes: LaneStanding, at: datetime = A_MOMENT) -> Heartbeat:
    return Heartbeat(
        service="dispatcher",
        replica=replica,
        release="1",
        started_at=A_MOMENT,
        at=at,
        ready=True,
        lanes=lanes,
    )


def a_standing(**fields: Any) -> LaneStanding:
    return LaneStanding(**({"connector_id": "c1", "connector_name": "Hook"} | fields))


def held(**fields: Any) -> LaneStanding:
    return a_standing(**({"held_since": SINCE, "held_until": UNTIL, "reason": "503"} | fields))


def only(lanes: tuple[LaneObservation, ...]) -> LaneObservation:
    (lane,) = lanes
    return lane


def test_waiting_deliveries_are_those_in_the_queue_and_those_in_hand_without_a_call() -> None:
    beat = a_beat("d1", a_standing(in_queue=10, in_hand=5, in_flight=2, calls_allowed=4))

    lane = only(lanes_of([beat], [], NOTHING, A_MOMENT))

    assert (lane.waiting, lane.in_flight, lane.calls_allowed) == (13, 2, 4)


def test_partitions_are_added_up() -> None:
    one, other = (
        a_beat("d1", a_standing(in_queue=10, in_hand=5, in_flight=2, calls_allowed=4)),
        a_beat("d2", a_standing(in_queue=20, in_hand=3, in_flight=3, calls_allowed=4)),
    )

    lane = only(lanes_of([one, other], [], NOTHING._replace(partitions={"c1": 2}), A_MOMENT))

    assert (lane.waiting, lane.in_flight, lane.calls_allowed) == (33, 5, 8)


def test_after_a_handover_only_the_newest_report_counts() -> None:
    later = A_MOMENT + timedelta(seconds=1)
    one, other = (
        a_beat("d1", held(in_queue=10, in_hand=5, calls_allowed=4)),
        a_beat("d2", a_standing(in_queue=12, in_hand=3, calls_allowed=4), at=later),
    )

    lane = only(lanes_of([one, other], [], NOTHING, later))

    assert (lane.waiting, lane.calls_allowed, lane.held_since) == (15, 4, None)


def test_a_lane_between_two_replicas_is_not_held() -> None:
    known = NOTHING._replace(names={"c1": "Hook"}, depths={"c1": 7})

    lane = only(lanes_of([a_beat("d1"), a_beat("d2")], [], known, A_MOMENT))

    assert (lane.waiting, lane.calls_allowed, lane.held_since) == (7, None, None)


def test_a_lane_is_held_since_its_first_partition_is_and_until_its_last_is_not() -> None:
    one, other = (
        a_beat("d1", held()),
        a_beat(
            "d2",
            held(
                held_since=SINCE - timedelta(seconds=9),
                held_until=UNTIL + timedelta(seconds=9),
                reason="504",
            ),
        ),
    )
    known = NOTHING._replace(partitions={"c1": 3})

    lane = only(lanes_of([one, other, a_beat("d3", a_standing())], [], known, A_MOMENT))

    assert (lane.held_since, lane.held_until, lane.reason) == (
        SINCE - timedelta(seconds=9),
        UNTIL + timedelta(seconds=9),
        "504",
    )


def test_a_recorded_hold_of_a_partition_is_shown_before_the_next_heartbeat() -> None:
    known = NOTHING._replace(
        held={"c1": [LaneHold("d1 (1)", SINCE, UNTIL, "503")]}, partitions={"c1": 2}
    )

    lane = only(lanes_of([a_beat("d1", a_standing())], [], known, A_MOMENT))

    assert lane.held_since == SINCE


def test_the_record_of_a_silent_replica_counts_only_without_a_live_one() -> None:
    known = NOTHING._replace(
        names={"c1": "Hook"}, held={"c1": [LaneHold("d1", SINCE, UNTIL, "503")]}
    )

    alone = only(lanes_of([], [a_beat("d1", held())], known, A_MOMENT))
    succeeded = only(
        lanes_of([a_beat("d2", a_standing())], [a_beat("d1", held())], known, A_MOMENT)
    )
    sooner = only(lanes_of([a_beat("d1", a_standing())], [], known, A_MOMENT))

    assert (alone.held_since, alone.reason, alone.in_flight) == (SINCE, "503", 0)
    assert succeeded.held_since is None
    assert sooner.held_since == SINCE, (
        "the hold that a live replica recorded may precede its heartbeat"
    )


def test_a_lane_without_an_owner_is_shown_with_the_depth_of_its_queue() -> None:
    known = NOTHING._replace(
        names={"c1": "Hook", "c2": "Another"}, depths={"c1": 7}, oldest={"c1": SINCE}
    )

    another, hook = lanes_of([], [], known, A_MOMENT)

    assert (hook.connector_name, hook.waiting, hook.oldest_waiting_at) == ("Hook", 7, SINCE)
    assert (another.connector_name, another.waiting) == ("Another", None)


def test_only_lanes_without_the_report_of_a_live_replica_are_read() -> None:
    beats = [a_beat("d1", a_standing(in_queue=0), a_standing(connector_id="c2"))]

    assert unreported(beats, ["c1", "c2", "c3"], {}) == ["c2", "c3"]


def test_the_last_report_of_a_silent_replica_counts_without_other_sources() -> None:
    beat = a_beat("d1", held())

    before, after = (
        only(lanes_of([], [beat], NOTHING, UNTIL - timedelta(seconds=1))),
        only(lanes_of([], [beat], NOTHING, UNTIL)),
    )

    assert (before.connector_name, before.held_since, after.held_since) == ("Hook", SINCE, None)


def test_lanes_with_waiting_deliveries_are_read_first() -> None:
    assert unreported([], ["c1", "c2", "c3", "c4"], {"c4", "c3"}) == ["c3", "c4", "c1", "c2"]
