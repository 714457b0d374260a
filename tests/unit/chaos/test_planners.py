"""The stream of changes: repeatable, and shaped as planners work."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from chaos.planners import Change, stream
from common.contracts.appointment import Action
from ingest.snapshot import read_snapshot

BEGIN = datetime(2026, 7, 21, 6, tzinfo=UTC)
APPS = ("one", "two")


def lives(changes: list[Change]) -> list[list[Change]]:
    found: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        found[change.appointment].append(change)
    return list(found.values())


def test_the_same_seed_gives_the_same_changes_and_another_one_others() -> None:
    assert stream(1, 500, APPS, BEGIN) == stream(1, 500, APPS, BEGIN)
    assert stream(1, 500, APPS, BEGIN) != stream(2, 500, APPS, BEGIN)


def test_a_later_beginning_moves_the_versions_and_nothing_else() -> None:
    early, late = (stream(1, 100, APPS, BEGIN + timedelta(hours=n)) for n in (0, 1))

    assert [change._replace(version=0) for change in early] == [
        change._replace(version=0) for change in late
    ]
    assert late[0].version - early[0].version == 3_600_000


def test_every_appointment_begins_with_its_create_and_ends_with_a_delete_if_any() -> None:
    for life in lives(stream(1, 2_000, APPS, BEGIN)):
        actions = [change.action for change in life]
        assert actions[0] is Action.CREATE
        assert Action.CREATE not in actions[1:]
        assert Action.DELETE not in actions[:-1]
        assert len({change.source_app for change in life}) == 1


def test_a_later_change_has_a_higher_version() -> None:
    versions = [change.version for change in stream(1, 100, APPS, BEGIN)]

    assert versions == sorted(set(versions))


def test_there_are_about_eight_changes_an_appointment_and_most_updates_come_in_pairs() -> None:
    changes = stream(1, 10_000, APPS, BEGIN)
    quick = sum(earlier.appointment == later.appointment for earlier, later in pairwise(changes))

    assert 7 < len(changes) / len(lives(changes)) < 9
    assert quick > len(changes) / 3


def test_ingest_reads_the_snapshot_as_it_was_planned() -> None:
    change = stream(1, 1, APPS, BEGIN)[0]

    found = read_snapshot(change.body(), "demo")

    assert (str(found.appointment_id), found.source_app) == (change.appointment, change.source_app)
    assert found.modified_at == change.modified_at
    assert json.loads(change.body())["LastModifiedDate"] == "2026-07-21T06:00:00.000"
