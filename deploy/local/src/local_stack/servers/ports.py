"""Ports that stay the same from run to run."""

from __future__ import annotations

import json
import os
import random
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIRST, LAST = 20_000, 29_999
"""Below the ports of outgoing connections, because such a connection must not occupy a server's
port while the server restarts.
"""
SLICES = 10
_returned: set[int] = set()
"""The ports that this process returned: their servers may not listen yet."""


def is_free(port: int) -> bool:
    """Whether this loopback port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def random_free_port() -> int:
    """Return a free loopback port that this process did not return before.

    Processes that start servers at the same time use different slices of the range.
    """
    ports = range(FIRST + os.getpid() % SLICES, LAST + 1, SLICES)
    if len(_returned) > len(ports) // 2:
        _returned.clear()
    while True:
        port = random.SystemRandom().choice(ports)
        if port not in _returned and is_free(port):
            _returned.add(port)
            return port


def saved_ports(file: Path) -> dict[str, int]:
    """Return the ports of this file."""
    ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    return ports


def choose_ports(file: Path, wanted: Mapping[str, int | None]) -> dict[str, int]:
    """Return a free port for each name and save them: the saved port, else the preferred one, else
    any.
    """
    known = saved_ports(file)
    ports: dict[str, int] = {}
    for name, preferred in wanted.items():
        ports[name] = (
            next((port for port in (known.get(name), preferred) if port and is_free(port)), None)
            or random_free_port()
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(ports))
    return ports
