from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.contracts.telemetry import TimerJob
from portal_api.health.observations import (
    LaneObservation,
    MongoDbObservation,
    RabbitMqObservation,
    Replica,
    SystemObservation,
)
from portal_api.health.verdict import judge
from tests.support.builders import A_MOMENT

OLDEST_ALLOWED = timedelta(minutes=5)
LONG_AGO = A_MOMENT - timedelta(hours=1)


def a_replica(service: str, name: str = "", **fields: Any) -> Replica:
    defaults: dict[str, Any] = {
        "version": "1",
        "started_at": LONG_AGO,
        "heard_at": A_MOMENT,
        "ready": True,
        "silent": False,
    }
    return Replica(service=service, replica=name or f"{service}-1", **(defaults | fields))


def a_lane(name: str = "Hook", **fields: Any) -> LaneObservation:
    return LaneObservation(
        connector_id=name.lower(), connector_name=name, **({"waiting": 0} | fields)
    )


INGEST, DISPATCHER, PORTAL = (
    a_replica(service) for service in ("ingest", "dispatcher", "portal-api")
)
WELL = SystemObservation(
    at=A_MOMENT,
    services=(INGEST, DISPATCHER, PORTAL),
    rabbitmq=RabbitMqObservation(reachable=True),
    mongodb=MongoDbObservation(reachable=True, primary="db:1"),
    lanes=(a_lane(),),
)
SILENT: dict[str, Any] = {"silent": True, "ready": False, "heard_at": LONG_AGO}
UNREADY: dict[str, Any] = {"ready": False, "reasons": ("RabbitMQ is unavailable",)}
HELD: dict[str, Any] = {"held_since": LONG_AGO}


@pytest.mark.parametrize(
    ("changed", "state", "sentence"),
    [
        ({}, "well", "Changes are accepted and delivered."),
        (
            {"rabbitmq": RabbitMqObservation(reachable=False)},
            "down",
            "RabbitMQ cannot be reached: nothing is accepted or delivered until it is back.",
        ),
        (
            {"timer_job": TimerJob(expression="x", trouble="the setting is not valid")},
            "troubled",
            "The timer job is off: the setting is not valid.",
        ),
        (
            {"mongodb": MongoDbObservation(reachable=False)},
            "down",
            "MongoDB cannot be reached: nothing is delivered or recorded until it is back.",
        ),
        (
            {"mongodb": MongoDbObservation(reachable=True)},
            "down",
            "MongoDB has no primary: nothing is delivered or recorded until it has one.",
        ),
        (
            {"services": (DISPATCHER, PORTAL)},
            "down",
            "No replica of ingest sends heartbeats: changes are not accepted.",
        ),
        (
            {"services": (INGEST, PORTAL)},
            "down",
            "No replica of dispatcher sends heartbeats: nothing is delivered.",
        ),
        (
            {"services": (INGEST, a_replica("dispatcher", **UNREADY))},
            "down",
            (
                "No replica of dispatcher is ready (RabbitMQ is unavailable): nothing is delivered."
                " And 1 more reason."
            ),
        ),
        (
            {"services": (INGEST, a_replica("dispatcher", **SILENT))},
            "down",
            "No replica of dispatcher sends heartbeats: nothing is delivered. And 1 more reason.",
        ),
        (
            {"services": (INGEST, DISPATCHER, a_replica("dispatcher", "d2", **SILENT))},
            "troubled",
            "d2 (dispatcher) has sent no heartbeat since 2026-07-21T13:03:09Z.",
        ),
        (
            {"services": (INGEST, DISPATCHER, a_replica("retry", "r1", **UNREADY))},
            "troubled",
            "r1 (retry) is not ready: RabbitMQ is unavailable.",
        ),
        (
            {"lanes": (a_lane(**HELD),)},
            "troubled",
            "1 lane is held, so nothing is delivered there: Hook.",
        ),
        (
            {"lanes": tuple(a_lane(name, **HELD) for name in ("A", "B", "C", "D", "E"))},
            "troubled",
            "5 lanes are held, so nothing is delivered there: A, B, C and 2 more.",
        ),
        (
            {
                "lanes": (
                    a_lane(oldest_waiting_at=A_MOMENT - OLDEST_ALLOWED - timedelta(seconds=1)),
                    a_lane("Other", oldest_waiting_at=A_MOMENT),
                )
            },
            "troubled",
            "The oldest delivery has been waiting since 2026-07-21T13:58:08Z (Hook).",
        ),
        (
            {"lanes": (a_lane(oldest_waiting_at=A_MOMENT - OLDEST_ALLOWED),)},
            "well",
            "Changes are accepted and delivered.",
        ),
        (
            {"dead_letters": 1},
            "troubled",
            "1 message is dead-lettered: open Error Tracking to see the reasons.",
        ),
        (
            {"dead_letters": 2},
            "troubled",
            "2 messages are dead-lettered: open Error Tracking to see the reasons.",
        ),
        ({"dead_letters": None}, "well", "Changes are accepted and delivered."),
        ({"services": (INGEST, DISPATCHER)}, "well", "Changes are accepted and delivered."),
    ],
)
def test_the_verdict_on_an_observation(changed: dict[str, Any], state: str, sentence: str) -> None:
    verdict = judge(replace(WELL, **changed), OLDEST_ALLOWED)

    assert (verdict.state, verdict.sentence) == (state, sentence)


def test_without_rabbitmq_there_are_no_heartbeats_so_no_service_is_missing() -> None:
    verdict = judge(
        replace(WELL, rabbitmq=RabbitMqObservation(reachable=False), services=()), OLDEST_ALLOWED
    )

    assert len(verdict.reasons) == 1


def test_all_reasons_are_listed_the_most_severe_first() -> None:
    verdict = judge(
        replace(
            WELL,
            mongodb=MongoDbObservation(reachable=False),
            lanes=(a_lane(**HELD),),
            dead_letters=3,
        ),
        OLDEST_ALLOWED,
    )

    assert [reason.split()[0] for reason in verdict.reasons] == ["MongoDB", "1", "3"]
    assert verdict.sentence.endswith(" And 2 more reasons.")
