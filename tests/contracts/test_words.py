"""Retired names do not return. Each was a household word, or one word for several things."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    module
    for folder in ("services", "libs", "deploy", "tools")
    for module in (ROOT / folder).rglob("*.py")
    if "node_modules" not in module.parts
)
CLASSES = """
    Access Ages Ask Board CarryOut Choice Course Current Deliver Desk Directory Doors Entrance Facts
    HandBackError Hear Heard Hub Keep Lasting Operate Order Patience Reach Report Requeue Ring
    Settle Shown Steps TakeStock Tell Told Tools Trail Turns Unheard Visitor Waiting Watch Way
    Whole
"""
FUNCTIONS = """
    ask_again counted_as have_indexes is_hopeless is_straight looked_at narrow_enough outlast park
    publish_surely reaching sit stocked telling_first tell told
"""
CONSTANTS = "BEAT_S GLANCE_S LOOK_S PARKED PATIENCE_S TICK_S TOGETHER"
MODULES = """
    carry_out course desk doors entrance facts happenings hear heard hub keep lasting operate
    parking pace patience recognising ring rounds settle signing_in take_stock tell turns unheard
    waiting watch
"""
RETIRED = {
    kind: frozenset(names.split())
    for kind, names in {
        "class": CLASSES,
        "function": FUNCTIONS,
        "constant": CONSTANTS,
        "module": MODULES,
    }.items()
}
ONLY_IN = {
    "dispatcher": {"class": {"Gate"}, "module": {"gate", "exchanges"}},
    "retry": {"class": {"Pace", "Verdict"}},
}
"""Names that are retired in one service only, because another service uses them well."""


def defined(module: Path) -> Iterator[tuple[str, str]]:
    """The kind and the name of each thing that a module defines, itself included."""
    yield "module", module.stem if module.name != "__init__.py" else module.parent.name
    tree = ast.parse(module.read_text())
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name):
                yield "class", name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield "function", name.lstrip("_")
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield "constant", name


def is_retired(module: Path, kind: str, name: str) -> bool:
    """Whether this name must not be used in this module."""
    here = next((words for part, words in ONLY_IN.items() if part in module.parts), {})
    return name in RETIRED[kind] or name in here.get(kind, ())


def test_no_retired_name_is_used_for_a_class_function_constant_or_module() -> None:
    found = [
        f"{module.relative_to(ROOT)}: {kind} {name}"
        for module in SOURCES
        for kind, name in defined(module)
        if is_retired(module, kind, name)
    ]

    assert not found, "rename these:\n" + "\n".join(found)


def test_no_name_contains_what_or_whom() -> None:
    clause = re.compile(r"(?:^|_)(?:what|whatever|whoever|whom|nobody|somebody)(?:_|$)")
    found = [
        f"{module.relative_to(ROOT)}: {name}"
        for module in SOURCES
        for kind, name in defined(module)
        if clause.search(name.lower())
    ]

    assert not found, "name the noun instead:\n" + "\n".join(found)
