"""Promises about versions: evidence that holds them, and evidence that breaks them."""

from __future__ import annotations

import pytest

from chaos.disruptions import Kind
from chaos.versions import (
    create_comes_first,
    every_delivery_ends,
    few_repeated,
    nothing_lost,
    nothing_stale,
    services_end_when_asked,
    success_means_received,
    unknown_outcomes_stored_once,
)
from common.contracts.appointment import Action
from tests.unit.chaos.seen import a_call, a_change, a_delivery, a_kill, seen


def test_nothing_is_lost_when_the_newest_version_arrived() -> None:
    found = nothing_lost(seen([a_change(1), a_change(2)], [a_call(2)]))

    assert (found.held, found.numbers["lost"]) == (True, 0)


def test_a_newest_version_that_was_only_refused_is_lost() -> None:
    found = nothing_lost(seen([a_change(1), a_change(2)], [a_call(1), a_call(2, stored=False)]))

    assert (found.held, found.examples) == (False, ("hook, appointment 7: update did not arrive",))


def test_every_connector_of_a_source_app_must_get_the_version() -> None:
    change = a_change(1, source_app="bc")

    assert not nothing_lost(seen([change], [a_call(1)])).held
    assert nothing_lost(seen([change], [a_call(1, back_office="bc")])).held


def test_a_delete_of_what_was_never_there_need_not_arrive() -> None:
    changes = [a_change(1, Action.CREATE), a_change(2, Action.DELETE)]

    assert nothing_lost(seen(changes)).held
    assert not nothing_lost(seen(changes, [a_call(1, "create")])).held


def test_a_version_whose_outcome_is_visibly_unknown_is_counted_apart() -> None:
    delivery = a_delivery(1, "Failed", outcome_unknown=True)

    found = nothing_lost(seen([a_change(1)], deliveries=[delivery]))

    assert (found.held, found.numbers["unknown"]) == (True, 1)


def test_a_success_that_no_back_office_received_breaks_the_promise() -> None:
    accepted, deliveries = [a_change(1), a_change(2)], [a_delivery(1), a_delivery(2, "Skipped")]

    assert not success_means_received(seen(accepted, deliveries=deliveries)).held
    assert success_means_received(seen(accepted, [a_call(1)], deliveries=deliveries)).held


def test_an_older_version_after_a_newer_one_is_stale_even_when_it_is_refused() -> None:
    found = nothing_stale(seen(calls=[a_call(2), a_call(1, stored=False)]))

    assert (found.held, found.numbers["stale"]) == (False, 1)


def test_an_older_version_after_a_refused_newer_one_is_not_stale() -> None:
    assert nothing_stale(seen(calls=[a_call(2, stored=False), a_call(1)])).held


def test_versions_of_different_back_offices_are_not_compared() -> None:
    assert nothing_stale(seen(calls=[a_call(2), a_call(1, back_office="bc")])).held


@pytest.mark.parametrize(("first", "held"), [("create", True), ("update", False)])
def test_the_first_stored_call_of_an_appointment_must_be_a_create(first: str, held: bool) -> None:  # noqa: FBT001
    found = create_comes_first(seen(calls=[a_call(1, first), a_call(2, "delete")]))

    assert found.held is held


def test_a_refused_create_is_no_create() -> None:
    calls = [a_call(1, "create", stored=False), a_call(2, "update")]

    assert not create_comes_first(seen(calls=calls)).held


def test_a_version_sent_again_needs_a_kill() -> None:
    calls = [a_call(1), a_call(1)]

    assert not few_repeated(seen(calls=calls)).held
    assert few_repeated(seen(calls=calls, disruptions=[a_kill()])).held
    assert not few_repeated(seen(calls=calls, disruptions=[a_kill(kind=Kind.KILL_INGEST)])).held


def test_a_kill_allows_no_more_repeats_than_calls_in_flight() -> None:
    calls = [a_call(1) for _ in range(5)]

    found = few_repeated(seen(calls=calls, disruptions=[a_kill()]))

    assert (found.held, found.numbers["repeated"], found.numbers["allowed"]) == (False, 4, 3)


def test_a_version_sent_again_after_a_refusal_is_no_repeat() -> None:
    assert few_repeated(seen(calls=[a_call(1, stored=False), a_call(1)])).held


def test_a_delivery_that_the_api_does_not_know_breaks_the_promise() -> None:
    found = every_delivery_ends(seen([a_change(1)]))

    assert (found.held, found.numbers["not known to the API"]) == (False, 1)


def test_a_waiting_delivery_must_say_why() -> None:
    waiting = a_delivery(1, None)

    assert not every_delivery_ends(seen([a_change(1)], deliveries=[waiting])).held
    explained = waiting | {"phase": "held", "message": "connection refused"}
    assert every_delivery_ends(seen([a_change(1)], deliveries=[explained])).held


def test_a_service_that_badly_ended_breaks_the_promise() -> None:
    assert services_end_when_asked(seen()).held
    assert not services_end_when_asked(seen(bad_exits=["retry ended with exit code 1"])).held


def test_at_most_five_examples_are_shown() -> None:
    changes = [a_change(number, appointment=str(number)) for number in range(1, 10)]

    found = nothing_lost(seen(changes))

    assert (found.numbers["lost"], len(found.examples)) == (9, 5)


@pytest.mark.parametrize(("stored", "attempt", "held"), [(1, 2, True), (2, 2, False), (2, 1, True)])
def test_a_later_attempt_stores_no_version_again_where_the_back_office_can_be_asked(
    stored: int, attempt: int, *, held: bool
) -> None:
    calls = [a_call(1, back_office="bc") for _ in range(stored)]
    delivery = a_delivery(1, connector_id="c2", attempt=attempt)

    found = unknown_outcomes_stored_once(
        seen([a_change(1, source_app="bc")], calls, deliveries=(delivery,))
    )

    assert found.held is held


def test_a_webhook_that_cannot_be_asked_may_store_a_version_again() -> None:
    calls = [a_call(1), a_call(1)]

    found = unknown_outcomes_stored_once(
        seen([a_change(1)], calls, deliveries=(a_delivery(1, attempt=2),))
    )

    assert (found.held, found.numbers["of"]) == (True, 0)
