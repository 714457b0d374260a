from __future__ import annotations

import os
from pathlib import Path

import pytest

from local_stack.servers import ports
from local_stack.servers.ports import FIRST, LAST, choose_ports, random_free_port, saved_ports


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


def test_a_port_that_is_in_use_meanwhile_is_changed(tmp_path: Path, taken: set[int]) -> None:
    first = choose_ports(tmp_path / "ports.json", {"amqp": None})
    taken.add(first["amqp"])

    assert choose_ports(tmp_path / "ports.json", {"amqp": None}) != first


def test_a_port_is_not_returned_again_before_its_server_listens() -> None:
    found = [random_free_port() for _ in range(300)]

    assert len(set(found)) == len(found)


def test_two_processes_at_the_same_time_choose_different_ports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 4711)
    first = {random_free_port() for _ in range(300)}
    monkeypatch.setattr(os, "getpid", lambda: 4712)

    assert not first & {random_free_port() for _ in range(300)}
