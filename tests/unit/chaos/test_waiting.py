"""The number of versions that have not arrived."""

from __future__ import annotations

from chaos.evidence import Version
from chaos.waiting import Waiting
from tests.unit.chaos.seen import a_change


def test_a_change_waits_at_every_back_office_of_its_source_app() -> None:
    waiting = Waiting()

    waiting.accept(a_change(1, source_app="plain"))

    assert waiting.count == 2


def test_a_newer_version_that_arrived_takes_older_ones_along() -> None:
    waiting = Waiting()
    for version in (1, 2, 3):
        waiting.accept(a_change(version, source_app="wide"))

    waiting.arrive(Version("wide", "7", 2))

    assert waiting.count == 1


def test_a_version_that_arrived_before_its_post_was_answered_does_not_wait() -> None:
    waiting = Waiting()
    waiting.arrive(Version("wide", "7", 2))

    waiting.accept(a_change(2, source_app="wide"))

    assert (waiting.count, waiting.arrived) == (0, 1)
