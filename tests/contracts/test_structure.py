"""The structure of the code: unique class names, composition roots without behaviour, useful
interfaces, and one router per module of routes.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("ingest", "dispatcher", "retry", "portal-api", "simulator")
SOURCES = (
    *(ROOT / "services" / name / "src" for name in SERVICES),
    *(ROOT / "libs" / name / "src" for name in ("common", "client")),
    ROOT / "deploy" / "local" / "src",
)
ALLOWED_TWICE = {"Settings"}
"""Public class names that may stand in two packages of one service."""
WITHOUT_ROUTER = {"__init__.py", "docs.py", "website.py"}
"""Modules of routes that define no router. Both serve the built website."""


class Class(NamedTuple):
    """One class of the code, with the names of its members and of its bases."""

    name: str
    module: Path
    members: frozenset[str]
    bases: frozenset[str]

    @property
    def is_protocol(self) -> bool:
        """Whether the class is an interface."""
        return "Protocol" in self.bases


def classes(*folders: Path) -> Iterator[Class]:
    """Every class in these folders."""
    for folder in folders:
        for module in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(module.read_text())):
                if isinstance(node, ast.ClassDef):
                    bases = frozenset(map(name_of, node.bases))
                    yield Class(node.name, module, frozenset(members(node)), bases)


def members(node: ast.ClassDef) -> Iterator[str]:
    """The methods, fields and instance attributes of a class."""
    for inner in ast.walk(node):
        match inner:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case (
                ast.AnnAssign(target=ast.Name(id=name))
                | ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store())
            ):
                yield name


def name_of(node: ast.expr) -> str:
    """The last name of an expression such as `typing.Protocol[T]` or `router.publish()`."""
    match node:
        case ast.Subscript(value=value) | ast.Call(func=value):
            return name_of(value)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def calls(tree: ast.AST) -> Iterator[str]:
    """The names of the functions and methods that the code calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield name_of(node.func)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT).parent))
def test_no_class_name_means_two_things_in_one_service(source: Path) -> None:
    packages = defaultdict(set)
    for found in classes(source):
        if not found.name.startswith("_") and not found.is_protocol:
            packages[found.name].add(found.module.parent.relative_to(source))

    twice = {name: sorted(map(str, where)) for name, where in packages.items() if len(where) > 1}

    assert {name: where for name, where in twice.items() if name not in ALLOWED_TWICE} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_a_composition_root_has_no_loop_handles_no_error_and_publishes_nothing(
    service: str,
) -> None:
    package = service.replace("-", "_")
    module = ROOT / "services" / service / "src" / package / "app.py"
    tree = ast.parse(module.read_text())

    # A `try` with `finally` alone frees a resource, which is a part of composing.
    behaviour = [
        f"line {node.lineno}: {type(node).__name__}"
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.AsyncFor | ast.While | ast.ExceptHandler)
    ]
    publishes = [name for name in calls(tree) if name.startswith("publish")]

    assert behaviour == []
    assert publishes == []


def test_an_interface_has_two_implementations_tests_included() -> None:
    known = list(classes(*SOURCES, ROOT / "tests", ROOT / "benchmarks", ROOT / "chaos"))
    by_name = {found.name: found for found in known}

    def all_members(found: Class, below: frozenset[str] = frozenset()) -> frozenset[str]:
        bases = [by_name[name] for name in found.bases - below - {found.name} if name in by_name]
        deeper = below | {found.name}
        return found.members.union(
            *(all_members(base, deeper) for base in bases if not base.is_protocol)
        )

    lonely = {}
    for protocol in classes(*SOURCES):
        # A protocol with `__call__` alone is the type of functions, whose names tell nothing.
        if protocol.is_protocol and protocol.members != {"__call__"}:
            fitting = {
                (found.name, found.module)
                for found in known
                if not found.is_protocol and protocol.members <= all_members(found)
            }
            if len(fitting) < 2:
                lonely[protocol.name] = str(protocol.module.relative_to(ROOT))

    assert lonely == {}


def test_each_module_of_routes_defines_one_router() -> None:
    routes = ROOT / "services" / "portal-api" / "src" / "portal_api" / "routes"
    routers = {
        module.name: list(calls(ast.parse(module.read_text()))).count("APIRouter")
        for module in sorted(routes.glob("*.py"))
        if module.name not in WITHOUT_ROUTER
    }

    assert {name: count for name, count in routers.items() if count != 1} == {}
