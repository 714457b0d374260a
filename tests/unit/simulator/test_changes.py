"""The planners' stream: repeatable, and in the order of a planning board."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.contracts.appointment import Action
from simulator.planners.changes import Change, Changes
from simulator.planners.clock import stepping_clock

START = datetime(2026, 7, 21, 6, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "samples"


def a_stream(
    count: int = 1_000,
    seed: int = 7,
    appointments: int = 20,
    source_apps: tuple[str, ...] = ("A", "B"),
) -> list[Change]:
    changes = Changes(seed, appointments, source_apps, stepping_clock(START))
    return [changes.next() for _ in range(count)]


def by_appointment(stream: list[Change]) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = defaultdict(list)
    for change in stream:
        found[change.appointment_id].append(change)
    return found


def names_of(value: Any) -> Any:
    """Every property name of a snapshot, level by level."""
    if isinstance(value, dict):
        return {name: names_of(inner) for name, inner in value.items()}
    return [names_of(value[0])] if isinstance(value, list) and value else None


def test_the_same_seed_and_clock_repeat_the_stream_to_the_byte() -> None:
    assert a_stream(seed=7) == a_stream(seed=7)


def test_another_seed_is_another_stream() -> None:
    assert [c.action for c in a_stream(seed=7)] != [c.action for c in a_stream(seed=8)]


def test_the_times_of_one_appointment_strictly_increase_in_whole_milliseconds() -> None:
    for changes in by_appointment(a_stream()).values():
        times = [json.loads(c.body)["LastModifiedDate"] for c in changes]

        assert times == sorted(set(times))
        assert all(len(time.partition(".")[2]) == 3 for time in times)


def test_the_times_increase_even_when_the_clock_stands_still() -> None:
    changes = Changes(7, 3, ("A",), lambda: START)

    for stream in by_appointment([changes.next() for _ in range(200)]).values():
        times = [c.modified_at for c in stream]
        assert all(earlier < later for earlier, later in itertools.pairwise(times))


def test_an_appointment_begins_with_its_creation_and_nothing_follows_its_deletion() -> None:
    histories = [[c.action for c in changes] for changes in by_appointment(a_stream()).values()]

    assert all(
        actions[0] is Action.CREATE and Action.CREATE not in actions[1:] for actions in histories
    )
    assert all(Action.DELETE not in actions[:-1] for actions in histories)
    assert any(actions[-1] is Action.DELETE for actions in histories)


def test_a_deleted_appointment_makes_room_for_one_with_a_new_id() -> None:
    on_board: set[int] = set()
    seen: set[int] = set()
    for change in a_stream(appointments=5):
        if change.action is Action.CREATE:
            assert change.appointment_id not in seen
        (on_board.discard if change.action is Action.DELETE else on_board.add)(
            change.appointment_id
        )
        seen.add(change.appointment_id)

        assert len(on_board) <= 5
    assert len(seen) > 5


def test_a_stream_begun_later_uses_other_ids() -> None:
    later = Changes(7, 20, ("A",), stepping_clock(START.replace(second=1)))

    assert not {c.appointment_id for c in a_stream(50)} & {
        later.next().appointment_id for _ in range(50)
    }


def test_every_source_app_gets_work_and_keeps_its_appointments() -> None:
    for changes in by_appointment(a_stream()).values():
        assert len({json.loads(c.body)["Task"]["Job"]["SourceApp"] for c in changes}) == 1

    assert {c.source_app for c in a_stream()} == {"A", "B"}


def test_the_snapshot_has_exactly_the_properties_of_the_vendors_shape() -> None:
    sample = json.loads((SAMPLES / "full-create.json").read_bytes())

    made = json.loads(Changes(7, 1, ("A",), stepping_clock(START)).next().body)

    assert names_of(made) == names_of(sample)
    assert list(made) == list(sample)


def test_a_move_is_a_full_snapshot_and_a_deletion_has_nobody_assigned() -> None:
    stream = a_stream()
    moves = [json.loads(c.body) for c in stream if c.action is Action.UPDATE]
    deletions = [json.loads(c.body) for c in stream if c.action is Action.DELETE]

    assert {len(snapshot["Assignments"]) for snapshot in moves} == {1, 2}
    assert all(snapshot["StartDate"] < snapshot["EndDate"] for snapshot in moves)
    assert all(snapshot["Assignments"] == [] for snapshot in deletions)
