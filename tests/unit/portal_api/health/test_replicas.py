from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.contracts.telemetry import Heartbeat, TimerJob
from portal_api.health.replicas import ReplicaRegistry
from tests.support.builders import A_MOMENT


def a_beat(
    service: str = "dispatcher", replica: str = "d1", after_s: float = 0, **fields: Any
) -> Heartbeat:
    at = A_MOMENT + timedelta(seconds=after_s)
    return Heartbeat(
        **(
            {
                "service": service,
                "replica": replica,
                "release": "1",
                "started_at": A_MOMENT,
                "at": at,
                "ready": True,
            }
            | fields
        )
    )


def a_registry(*beats: Heartbeat) -> ReplicaRegistry:
    registry = ReplicaRegistry(
        silent_after=timedelta(seconds=15), removed_after=timedelta(minutes=15)
    )
    for beat in beats:
        registry.update(beat, beat.at)
    return registry


def test_a_replica_without_heartbeats_is_silent_and_later_removed() -> None:
    registry = a_registry(a_beat())

    seen = [registry.replicas(A_MOMENT + timedelta(seconds=s)) for s in (15, 16, 901)]

    assert [[(replica.silent, replica.ready) for replica in replicas] for replicas in seen] == [
        [(False, True)],
        [(True, False)],
        [],
    ]
    assert seen[1][0].reasons == ("no heartbeat for 16 s",)


def test_a_replica_that_stopped_regularly_is_not_listed_even_after_a_late_heartbeat() -> None:
    registry = a_registry(a_beat(after_s=0), a_beat(after_s=5, leaving=True), a_beat(after_s=3))

    assert registry.replicas(A_MOMENT + timedelta(seconds=30)) == ()
    assert registry.dispatchers(A_MOMENT) == ([], [])


def test_a_replica_that_starts_again_is_listed() -> None:
    registry = a_registry(a_beat(after_s=5, leaving=True), a_beat(after_s=9))

    assert [replica.replica for replica in registry.replicas(A_MOMENT + timedelta(seconds=10))] == [
        "d1"
    ]


def test_replicas_with_one_name_in_two_services_are_separate() -> None:
    registry = a_registry(a_beat("ingest", "one"), a_beat("retry", "one"))

    assert [replica.service for replica in registry.replicas(A_MOMENT)] == ["ingest", "retry"]


def test_the_timer_job_comes_from_the_newest_heartbeat_of_retry() -> None:
    job = TimerJob(expression="0 * * * *")
    registry = a_registry(
        a_beat("retry", "r1", 5, timer_job=job),
        a_beat("retry", "r2", 1, timer_job=TimerJob(expression="")),
        a_beat("retry", "r3", 9),
    )

    assert registry.timer_job() == job
