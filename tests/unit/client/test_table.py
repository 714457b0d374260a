from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from rich.cells import cell_len

from mboc_client.commands import appointments, audit, connectors, errors, logs, operations, status
from mboc_client.commands.transactions import COLUMNS
from mboc_client.output.columns import Column
from mboc_client.output.table import OutputFormat, write_items, write_table

AWKWARD = ["Pump [/b] half", "[urgent] pump", "[red]x[/red]", ":bell: 12", "back\\[slash]"]
ESCAPES = "a\x1b[2J\x1b]0;title\x07b\x9b31mc\rd\x00\u202ee"
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
Terminal = Callable[[int], None]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    def begin(width: int) -> None:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(width))

    return begin


def a_delivery(**fields: Any) -> dict[str, Any]:
    return {
        "received_at": "2026-07-21T14:00:00.123456Z",
        "status": "MBOC Publish Disabled",
        "connector_name": "CRONUS NAV 2018 production",
        "appointment": {"job_no": "OP100001"},
        "action": "update",
        "message": "[DSWBHK020] The webhook answered 400: the field subject is missing.",
        "delivery_id": f"{'0a1b2c3d' * 4}.7d3f0c2a91be",
        **fields,
    }


def lines_of(printed: str) -> list[str]:
    return printed.replace(BOLD, "").replace(PLAIN, "").splitlines()


@pytest.mark.parametrize("width", [80, 100, 120, 160])
@pytest.mark.parametrize("status", ["Failed", "MBOC Publish Disabled"])
def test_each_delivery_takes_one_line_of_the_terminal(
    capsys: pytest.CaptureFixture[str], terminal: Terminal, width: int, status: str
) -> None:
    terminal(width)
    rows = [a_delivery(status=status), a_delivery(status="Success", message=None)]

    write_table(rows, COLUMNS, OutputFormat())

    lines = lines_of(capsys.readouterr().out)
    assert len(lines) == 3
    assert all(cell_len(line) <= width for line in lines)
    assert all("7-21T14:00:00Z" in line and "91be" in line for line in lines[1:])
    assert status in lines[1]


def test_at_120_columns_a_delivery_shows_its_message_and_both_ends_of_its_id(
    capsys: pytest.CaptureFixture[str], terminal: Terminal
) -> None:
    terminal(120)

    write_table([a_delivery()], COLUMNS, OutputFormat())

    out, err = capsys.readouterr()
    heading, line = lines_of(out)
    assert [word for word in ("connector name", "message", "delivery id") if word in heading] == [
        "connector name",
        "message",
        "delivery id",
    ]
    assert "[DSWBHK020]" in line
    assert line.endswith("0a1b2c…2a91be")
    assert err == "Some values are cut. Use --wide or --json for complete values.\n"


@pytest.mark.parametrize("is_wide", [True, False])
def test_a_pipe_and_wide_get_complete_values(
    capsys: pytest.CaptureFixture[str], terminal: Terminal, *, is_wide: bool
) -> None:
    if is_wide:
        terminal(80)
    delivery = a_delivery()

    write_table([delivery], COLUMNS, OutputFormat(is_wide=is_wide))

    out, err = capsys.readouterr()
    _, line = out.splitlines()
    assert all(
        value in line for value in (delivery["received_at"], delivery["message"], "OP100001")
    )
    assert line.endswith(delivery["delivery_id"])
    assert err == ""


def test_a_pipe_does_not_depend_on_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = []
    for width in ("40", "300"):
        monkeypatch.setenv("COLUMNS", width)
        write_table([a_delivery()], COLUMNS, OutputFormat())
        printed.append(capsys.readouterr().out)

    assert printed[0] == printed[1]


@pytest.mark.parametrize(
    "columns",
    [
        COLUMNS,
        errors.CAUSE_COLUMNS,
        appointments.COLUMNS,
        audit.COLUMNS,
        connectors.COLUMNS,
        logs.COLUMNS,
        operations.COLUMNS,
        operations.ITEM_COLUMNS,
        status.LANE_COLUMNS,
    ],
)
def test_no_list_is_wider_than_80_columns(
    capsys: pytest.CaptureFixture[str], terminal: Terminal, columns: tuple[Column, ...]
) -> None:
    terminal(80)
    item: dict[str, Any] = {}
    for column in columns:
        outer, _, inner = column.path.rpartition(".")
        (item.setdefault(outer, {}) if outer else item)[inner] = "long value " * 4

    write_table([item], columns, OutputFormat())

    lines = lines_of(capsys.readouterr().out)
    assert len(lines) == 2
    assert all(cell_len(line) <= 80 for line in lines)


def test_wide_characters_do_not_break_the_columns(
    capsys: pytest.CaptureFixture[str], terminal: Terminal
) -> None:
    terminal(80)
    rows = [a_delivery(connector_name="圧縮機" * 12), a_delivery(connector_name="é" * 30)]

    write_table(rows, COLUMNS, OutputFormat())

    lines = lines_of(capsys.readouterr().out)
    assert len({cell_len(line) for line in lines[1:]}) == 1
    assert cell_len(lines[1]) <= 80


@pytest.mark.parametrize("subject", AWKWARD)
def test_a_table_shows_data_as_it_is(capsys: pytest.CaptureFixture[str], subject: str) -> None:
    write_table([{"subject": subject}], (Column("subject"),), OutputFormat())

    assert capsys.readouterr().out.splitlines()[1] == subject


def test_no_control_character_reaches_the_terminal(
    capsys: pytest.CaptureFixture[str], terminal: Terminal
) -> None:
    terminal(300)

    write_table([{"subject": f"{ESCAPES}\nnext\tcell"}], (Column("subject"),), OutputFormat())

    lines = lines_of(capsys.readouterr().out)
    assert all(line.isprintable() for line in lines)
    assert lines[1].startswith("a\\u001b[2J")
    assert lines[1].endswith("\\nnext\\tcell")


async def test_json_is_one_line_for_each_item(capsys: pytest.CaptureFixture[str]) -> None:
    async def items() -> AsyncIterator[dict[str, Any]]:
        yield {"subject": "one\ntwo"}
        yield {"subject": "three"}

    await write_items(items(), (Column("subject"),), OutputFormat(as_json=True))

    assert capsys.readouterr().out == '{"subject": "one\\ntwo"}\n{"subject": "three"}\n'


def test_an_empty_list_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    write_table([], COLUMNS, OutputFormat())

    assert capsys.readouterr().out == "Nothing found.\n"
