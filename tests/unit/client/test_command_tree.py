"""The whole tree of commands: help, short options, --json, and the words that scripts rely on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mboc_client.arguments.filter import Filter
from mboc_client.arguments.filters import (
    APPOINTMENT_FILTERS,
    AUDIT_FILTERS,
    DELIVERY_FILTERS,
    FIGURE_FILTERS,
    LOG_FILTERS,
    OPERATION_FILTERS,
)
from mboc_client.commands.root import mboc

ROOT = Path(__file__).parents[3]
WORDS = {
    "appointments": ("list", "export", "show", "timeline", "forget-order"),
    "transactions": (
        *("list", "show", "payload", "request", "answer", "export"),
        *("retry", "check", "archive", "restore"),
    ),
    "errors": ("list", "causes", "note", "retry", "check", "archive"),
    "operations": ("list", "items", "show", "follow", "pause", "resume", "cancel"),
    "connectors": ("list", "show", "test", "enable", "disable", "versions", "export", "import"),
    "views": ("list", "save", "delete"),
    "status": (),
    "figures": (),
    "logs": ("list", "tail"),
    "users": ("list", "create", "role", "enable", "disable", "password"),
    "keys": ("list", "create", "revoke"),
    "audit": ("list",),
    "completion": (),
}
WITHOUT_DATA = {
    "mboc errors note",
    "mboc views save",
    "mboc views delete",
    "mboc users password",
    "mboc keys revoke",
    "mboc completion",
}


def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from walk(inner, f"{name} {word}")


TREE = dict(walk(mboc, "mboc"))
COMMANDS = {name: command for name, command in TREE.items() if not isinstance(command, click.Group)}


def visible_options(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option) and not one.hidden]


def test_the_words_of_the_command_line_stay() -> None:
    found = {
        name: tuple(group.commands) if isinstance(group, click.Group) else ()
        for name, group in mboc.commands.items()
    }

    assert {name: set(words) for name, words in found.items()} == {
        name: set(words) for name, words in WORDS.items()
    }


@pytest.mark.parametrize("name", TREE)
def test_every_command_option_and_argument_has_a_sentence(name: str) -> None:
    command = TREE[name]
    sentences = [
        (command.help or "").strip(),
        *(option.help for option in visible_options(command)),
        *(one.help for one in command.params if isinstance(one, click.Argument)),
    ]

    assert [one for one in sentences if not one or not one[0].isupper() or one[-1] != "."] == []


@pytest.mark.parametrize("name", TREE)
def test_help_fits_80_columns(name: str) -> None:
    printed = CliRunner().invoke(mboc, [*name.split()[1:], "--help"], prog_name="mboc").output

    examples = printed.partition("Examples:")[2]
    assert printed.startswith("Usage: mboc")
    assert [line for line in printed.splitlines() if len(line) > 80 and line not in examples] == []


def test_a_short_option_means_one_thing_everywhere() -> None:
    meanings = defaultdict(set)
    for command in TREE.values():
        for option in visible_options(command):
            longest = max(option.opts, key=len)
            for short in (one for one in option.opts if len(one) == 2):
                meanings[short].add(longest)

    assert {short: found for short, found in meanings.items() if len(found) > 1} == {}
    assert {"-j", "-n", "-s", "-c", "-y"} <= set(meanings)


def test_every_command_that_prints_data_takes_json() -> None:
    without = {
        name
        for name, command in COMMANDS.items()
        if not any("--json" in option.opts for option in visible_options(command))
    }

    assert without == WITHOUT_DATA


def test_the_help_names_environment_and_exit_codes() -> None:
    printed = CliRunner().invoke(mboc, ["-h"], prog_name="mboc").output

    assert all(f"\n  {code} " in printed for code in (0, 1, 2, 130))
    assert all(name in printed for name in ("MBOC_URL", "MBOC_API_KEY"))


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/api/deliveries", DELIVERY_FILTERS),
        ("/api/causes", DELIVERY_FILTERS),
        ("/api/appointments", APPOINTMENT_FILTERS),
        ("/api/operations", OPERATION_FILTERS),
        ("/api/audit", AUDIT_FILTERS),
        ("/api/logs", LOG_FILTERS),
        ("/api/figures", FIGURE_FILTERS),
    ],
)
def test_the_filters_are_those_of_the_api(path: str, filters: tuple[Filter, ...]) -> None:
    document = json.loads((ROOT / "docs" / "api" / "portal-api.json").read_text())
    parameters = {one["name"] for one in document["paths"][path]["get"]["parameters"]}

    assert {one.name for one in filters} == parameters - {"limit", "after", "sort", "step"}


def test_the_values_of_filters_are_those_of_the_api() -> None:
    schemas = json.loads((ROOT / "docs" / "api" / "portal-api.json").read_text())["components"][
        "schemas"
    ]
    known = {one.name: one.values for one in (*DELIVERY_FILTERS, *LOG_FILTERS) if one.values}

    for name in ("status", "phase", "action", "trigger", "level"):
        assert set(known[name]) == set(schemas[name.capitalize()]["enum"])
