"""Given servers are disrupted by given commands only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chaos.disruptions import Kind
from chaos.options import Options
from chaos.servers import Servers
from local_stack.errors import LocalError

GIVEN = Options(rabbitmq_url="amqp://there", mongodb_url="mongodb://there")
OF_SERVERS = {
    Kind.RESTART_BROKER,
    Kind.RESTART_NODE,
    Kind.ALARM,
    Kind.KILL_DATABASE,
    Kind.RESTART_DATABASE,
}


def test_servers_of_our_own_may_have_every_trouble(tmp_path: Path) -> None:
    assert Servers(Options(), tmp_path).possible == frozenset(Kind)


def test_given_servers_have_no_trouble_without_commands(tmp_path: Path) -> None:
    assert Servers(GIVEN, tmp_path).possible == frozenset(Kind) - OF_SERVERS


def test_given_commands_make_troubles_possible(tmp_path: Path) -> None:
    options = replace(GIVEN, restart_rabbitmq="a", restart_mongodb="b", alarm_on="c", alarm_off="d")

    possible = Servers(options, tmp_path).possible

    assert frozenset(Kind) - possible == {Kind.RESTART_BROKER, Kind.KILL_DATABASE}


async def test_a_given_command_is_run(tmp_path: Path) -> None:
    options = replace(GIVEN, restart_rabbitmq=f"touch {tmp_path}/restarted")

    await Servers(options, tmp_path).restart_node(0)

    assert (tmp_path / "restarted").exists()


async def test_a_command_that_fails_says_so(tmp_path: Path) -> None:
    options = replace(GIVEN, restart_mongodb="echo no such container; false")

    with pytest.raises(LocalError, match="no such container"):
        await Servers(options, tmp_path).restart_database(0)
