from __future__ import annotations

from common import topology


def test_every_queue_is_a_quorum_queue_whose_dead_letters_are_shown() -> None:
    for queue in (*topology.QUEUES, topology.lane("c1")):
        assert queue.arguments["x-queue-type"] == "quorum"
        assert (
            queue is topology.DEAD_LETTER_QUEUE
            or queue.drops
            or queue.arguments["x-dead-letter-exchange"] == topology.DEAD_LETTERS.name
        )


def test_rabbitmq_gives_up_on_no_dead_letter_however_often_it_is_delivered() -> None:
    assert topology.DEAD_LETTER_QUEUE.arguments["x-delivery-limit"] == topology.UNLIMITED


def test_a_queue_that_drops_is_bounded_and_does_not_fill_the_dead_letters() -> None:
    arguments = topology.PORTAL_API_TELEMETRY.arguments

    assert (arguments["x-overflow"], "x-dead-letter-exchange" in arguments) == ("drop-head", False)
    assert int(arguments["x-max-length"]) > 0
    assert int(arguments["x-max-length-bytes"]) > 0


def test_a_lane_is_reached_by_its_connectors_id() -> None:
    lane = topology.lane("c1")

    assert (lane.name, lane.routing_key, lane.exchange) == (
        "dispatcher.deliveries.c1",
        "c1",
        topology.DELIVERIES,
    )


def test_what_has_no_connector_is_routed_again_and_has_no_lane() -> None:
    assert topology.lane("-") is topology.DISPATCHER_UNROUTED
