from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from dispatcher.lanes.placement import assign_groups

GROUPS = [f"group-{number}" for number in range(120)]


def test_every_process_places_every_lane_alike() -> None:
    code = (
        "from dispatcher.lanes.placement import assign_groups;"
        "print(sorted(assign_groups({f'group-{n}' for n in range(120)}, ['b', 'c', 'a']).items()))"
    )
    seeds = ("1", "2")

    placed = {
        subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in seeds
    }

    assert placed == {str(sorted(assign_groups(GROUPS, ["a", "b", "c"]).items()))}


@pytest.mark.parametrize("replicas", [1, 2, 3, 7])
@pytest.mark.parametrize("groups", [1, 2, 7, 120])
def test_each_replica_gets_its_even_share(groups: int, replicas: int) -> None:
    names = [f"dispatcher-{number}" for number in range(replicas)]

    counts = Counter(assign_groups(GROUPS[:groups], names).values())

    assert sum(counts.values()) == groups
    assert max(counts.values()) <= -(-groups // replicas)


def test_two_replicas_get_half_of_the_lanes_each() -> None:
    counts = Counter(assign_groups(GROUPS, ["dispatcher-1", "dispatcher-2"]).values())

    assert counts == {"dispatcher-1": 60, "dispatcher-2": 60}


def test_few_lanes_move_when_a_replica_comes() -> None:
    before = assign_groups(GROUPS, ["a", "b", "c"])

    after = assign_groups(GROUPS, ["a", "b", "c", "d"])
    moved = [group for group in GROUPS if before[group] != after[group]]
    to_old = [group for group in moved if after[group] != "d"]

    assert len(moved) - len(to_old) == 30
    assert len(to_old) <= 15


def test_few_lanes_move_beside_those_of_a_replica_that_left() -> None:
    before = assign_groups(GROUPS, ["a", "b", "c", "d"])

    after = assign_groups(GROUPS, ["a", "b", "c"])
    moved = [g for g in GROUPS if before[g] != after[g] and before[g] != "d"]

    assert len(moved) <= 15


def test_few_lanes_move_when_a_connector_is_added() -> None:
    before = assign_groups(GROUPS, ["a", "b"])

    after = assign_groups([*GROUPS, "new", "newer"], ["a", "b"])

    assert sum(before[group] != after[group] for group in GROUPS) <= 5


def test_without_replicas_nothing_is_placed() -> None:
    assert assign_groups(GROUPS, []) == {}
