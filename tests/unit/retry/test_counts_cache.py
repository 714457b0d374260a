from __future__ import annotations

from common.contracts.operation import ItemOutcome
from retry.model.counts_cache import Tallies
from retry.model.operation import Tally

WAITING, ASKED, SUCCEEDED, FAILED, SKIPPED = ItemOutcome


def counted(tally: Tally) -> Tallies:
    tallies = Tallies()
    tallies.keep("o", tally)
    return tallies


def test_moves_carry_the_counts_on() -> None:
    tallies = counted(Tally(waiting=5))

    tallies.moved("o", WAITING, [ASKED] * 3 + [SKIPPED], found=4)
    tallies.moved("o", ASKED, [SUCCEEDED, FAILED, SKIPPED], found=3)

    assert tallies.get("o") == Tally(1, 0, 1, 1, 2, tried_skipped=1)


def test_a_move_that_another_replica_made_first_has_the_items_counted_again() -> None:
    tallies = counted(Tally(waiting=5))

    tallies.moved("o", WAITING, [ASKED, ASKED], found=1)

    assert tallies.get("o") is None


def test_a_list_that_disagrees_has_the_items_counted_again() -> None:
    tallies = counted(Tally(waiting=5, asked=1))

    tallies.listed("o", WAITING, 5)
    agreed = tallies.get("o")
    tallies.listed("o", ASKED, 0)

    assert (agreed, tallies.get("o")) == (Tally(waiting=5, asked=1), None)


def test_what_was_never_counted_is_not_carried_on() -> None:
    tallies = Tallies()

    tallies.moved("o", WAITING, [ASKED], found=1)

    assert tallies.get("o") is None
