from __future__ import annotations

from pathlib import Path

import pytest

from local_stack.servers import ports
from local_stack.servers.ports import FIRST, LAST, choose_ports, saved_ports


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Ports that are in use."""
    numbers: set[int] = set()
    monkeypatch.setattr(ports, "is_free", lambda port: port not in numbers)
    return numbers


def test_the_wanted_port_is_taken_when_it_is_free(tmp_path: Path, taken: set[int]) -> None:
    taken.add(8601)

    found = choose_ports(tmp_path / "ports.json", {"portal-api": 8600, "ingest": 8601})

    assert found["portal-api"] == 8600
    assert FIRST <= found["ingest"] <= LAST


@pytest.mark.usefixtures("taken")
def test_a_port_stays_the_same_from_run_to_run(tmp_path: Path) -> None:
    first = choose_ports(tmp_path / "ports.json", {"amqp": None, "epmd": None})

    assert (
        choose_ports(tmp_path / "ports.json", {"amqp": None, "epmd": None})
        == first
        == saved_ports(tmp_path / "ports.json")
    )


def test_a_port_that_somebody_took_meanwhile_is_changed(tmp_path: Path, taken: set[int]) -> None:
    first = choose_ports(tmp_path / "ports.json", {"amqp": None})
    taken.add(first["amqp"])

    assert choose_ports(tmp_path / "ports.json", {"amqp": None}) != first
