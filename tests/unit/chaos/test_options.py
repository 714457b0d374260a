"""The command line of a run."""

from __future__ import annotations

import pytest

from chaos.disruptions import Group
from chaos.options import Options, read_options


def test_without_words_the_defaults_hold() -> None:
    assert read_options([]) == Options()


def test_several_groups_can_be_left_out() -> None:
    found = read_options(["--changes", "10", "--seed", "7", "--without", "alarm,faults"])

    assert (found.changes, found.seed) == (10, 7)
    assert found.without == {Group.ALARM, Group.FAULTS}


@pytest.mark.parametrize("words", [["--without", "weather"], ["--changes", "0"]])
def test_a_wrong_word_ends_the_program(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_options(words)

    assert "must be" in capsys.readouterr().err
