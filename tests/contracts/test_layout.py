"""The shared library holds only modules that two packages or more use."""

from __future__ import annotations

import grimp
import pytest

PACKAGES = (
    "mboc_client",
    "ingest",
    "dispatcher",
    "retry",
    "portal_api",
    "simulator",
    "local_stack",
)
GRAPH = grimp.build_graph("common", *PACKAGES)
MODULES = sorted(
    module for module in GRAPH.find_descendants("common") if not GRAPH.find_children(module)
)


@pytest.fixture(scope="module")
def reached() -> dict[str, set[str]]:
    """The modules that each package imports, directly or by way of other modules."""
    return {name: GRAPH.find_upstream_modules(name, as_package=True) for name in PACKAGES}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_common_serves_two_packages(module: str, reached: dict[str, set[str]]) -> None:
    users = [name for name, modules in reached.items() if module in modules]

    assert len(users) >= 2, f"move {module} to the only package that uses it: {users}"
