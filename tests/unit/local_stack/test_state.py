from __future__ import annotations

import os
from pathlib import Path

import pytest

from local_stack.errors import RunningError
from local_stack.state import Identity, State, StateFile, exclusive_lock


def test_this_process_is_alive() -> None:
    assert Identity.of(os.getpid()).is_alive


def test_another_process_under_the_same_id_is_not_taken_for_ours() -> None:
    ours = Identity.of(os.getpid()).model_copy(update={"began": "1"})

    assert not ours.is_alive


def test_a_process_that_never_was_is_not_alive() -> None:
    assert not Identity(pid=2**22 + 1, began="1").is_alive


def test_what_was_written_is_read(tmp_path: Path) -> None:
    me = Identity.of(os.getpid())
    state = State(
        runner=me,
        processes={"ingest": me},
        addresses={"ingest": "http://127.0.0.1:8601"},
        is_ready=True,
    )

    StateFile(tmp_path).write(state)

    assert StateFile(tmp_path).read() == state


def test_a_torn_state_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"runner": {"pid"')

    assert StateFile(tmp_path).read() is None


def test_a_second_start_from_the_same_directory_is_refused(tmp_path: Path) -> None:
    with (
        exclusive_lock(tmp_path),
        pytest.raises(RunningError, match="make down"),
        exclusive_lock(tmp_path),
    ):
        pass


def test_a_start_after_the_first_has_ended_is_not_refused(tmp_path: Path) -> None:
    with exclusive_lock(tmp_path):
        pass
    with exclusive_lock(tmp_path):
        pass
