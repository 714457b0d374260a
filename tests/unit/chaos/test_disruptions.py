"""The schedule of disruptions: repeatable, complete, and spread over the stream."""

from __future__ import annotations

import pytest

from chaos.connectors import CONNECTORS
from chaos.disruptions import (
    BACKGROUND,
    FAULTS,
    GROUPS,
    OUTAGES,
    Group,
    Kind,
    background,
    faults,
    outages,
)
from chaos.faults import TARGETS
from chaos.options import Options
from chaos.servers import Servers

EVERY = frozenset(Kind)


def test_every_kind_of_disruption_is_made_in_a_small_run() -> None:
    made = {disruption.kind for disruption in outages(1, 5_000, EVERY, 3)}
    made |= {disruption.kind for disruption in faults(1, 5_000, EVERY, TARGETS)}
    made |= {disruption.kind for disruption in background(1, 5_000, EVERY)}

    assert made == EVERY


def test_every_kind_belongs_to_a_group_and_to_a_schedule() -> None:
    assert set(GROUPS) == set(OUTAGES) | set(BACKGROUND) | set(FAULTS) == EVERY


def test_the_same_seed_gives_the_same_disruptions_and_another_one_others() -> None:
    assert outages(1, 20_000, EVERY, 3) == outages(1, 20_000, EVERY, 3)
    assert outages(1, 20_000, EVERY, 3) != outages(2, 20_000, EVERY, 3)
    assert faults(1, 20_000, EVERY, TARGETS) == faults(1, 20_000, EVERY, TARGETS)


def test_disruptions_begin_in_order_while_changes_are_posted() -> None:
    moments = [disruption.after for disruption in outages(1, 20_000, EVERY, 3)]

    assert moments == sorted(moments)
    assert moments[0] > 0
    assert moments[-1] < 20_000


def test_a_longer_run_has_more_disruptions() -> None:
    assert len(outages(1, 20_000, EVERY, 3)) == 40
    assert len(outages(1, 5_000, EVERY, 3)) == 10


def test_a_fault_strikes_only_back_offices_that_it_is_for() -> None:
    made = faults(1, 100_000, EVERY, TARGETS)

    assert all(disruption.target in TARGETS[disruption.kind] for disruption in made)
    assert {disruption.target for disruption in made} == {
        connector.name for connector in CONNECTORS
    }


@pytest.mark.parametrize("group", Group)
def test_a_group_that_is_left_out_is_not_made(group: Group, tmp_path: object) -> None:
    possible = Servers(Options(without=frozenset({group})), tmp_path).possible  # type: ignore[arg-type]

    made = {disruption.kind for disruption in outages(1, 5_000, possible, 3)}
    made |= {disruption.kind for disruption in faults(1, 5_000, possible, TARGETS)}
    made |= {disruption.kind for disruption in background(1, 5_000, possible)}

    assert {GROUPS[kind] for kind in made} == set(Group) - {group}
