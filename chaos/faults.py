"""Injects faults into back offices, concurrently with other disruptions, one at a time for each
back office.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import aiohttp

from chaos.connectors import CONNECTORS
from chaos.disruptions import FAULTS, Kind
from tests.support.system import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chaos.connectors import Connector
    from chaos.disruptions import Disruption
    from chaos.planners import Change
    from chaos.system import Stage

OK = 200
ONE_IN = 5
"""The back office refuses one in this number of its appointments."""
FIELDS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.ERROR: {"status": 500, "share": 0.5},
    Kind.UNAVAILABLE: {"status": 503, "retry_after_s": 2},
    Kind.THROTTLED: {"status": 429, "retry_after_s": 1, "share": 0.5},
    Kind.SLOW: {"delay_s": 0.6},
    Kind.HANGS: {"store_then_silence": True, "times": 4},
    Kind.FORBIDDEN: {"status": 403},
}
"""The simulator's fault of each kind."""
_ALL = tuple(connector.name for connector in CONNECTORS)
_WEBHOOKS = tuple(connector.name for connector in CONNECTORS if not connector.more)
_OPEN = tuple(connector.name for connector in CONNECTORS if not connector.has_login)
TARGETS: Mapping[Kind, Sequence[str]] = {
    **dict.fromkeys(FAULTS, _ALL),
    Kind.HANGS: ("login",),  # the connector with a short timeout
    Kind.FORBIDDEN: _WEBHOOKS,  # a page service refuses data with a fault, not with 403
    Kind.REFUSES: _OPEN,  # the change of these connectors needs no password
}


class BackOfficeFaults:
    """Injects a fault into a back office for a while."""

    def __init__(self, stage: Stage, changes: Sequence[Change]) -> None:
        self._stage = stage
        self._changes = changes
        self._one_at_a_time: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def make(self, disruption: Disruption) -> None:
        """Run the disruption, and return at its end."""
        async with self._one_at_a_time[disruption.target]:
            if disruption.kind is Kind.REFUSES:
                await self._refuse(disruption)
            else:
                await self._inject(disruption)

    async def clear(self) -> None:
        """Restore every back office with its normal latency."""
        for connector in CONNECTORS:
            await self._restore(connector)

    async def _inject(self, disruption: Disruption) -> None:
        fault = dict(FIELDS[disruption.kind])
        if disruption.kind is Kind.FORBIDDEN:
            fault["appointments"] = self._some_appointments(disruption.target)
        await self._stage.simulated("PUT", disruption.target, "/faults", json=fault)
        await asyncio.sleep(disruption.duration_s)
        await self._restore(_connector(disruption.target))

    async def _restore(self, connector: Connector) -> None:
        fault = {"delay_s": connector.latency_s}
        await self._stage.simulated("PUT", connector.name, "/faults", json=fault)

    def _some_appointments(self, name: str) -> list[str]:
        app = _connector(name).source_app
        numbers = {change.appointment for change in self._changes if change.source_app == app}
        return sorted(number for number in numbers if int(number) % ONE_IN == 0)

    async def _refuse(self, disruption: Disruption) -> None:
        """Change the connector to a port without a listener, and back."""
        connector = _connector(disruption.target)
        fields = connector.fields(self._stage.services["simulator"].url)
        with _closed_port() as port:
            await self._change(connector.name, fields | {"uri": f"http://127.0.0.1:{port}/"})
            await asyncio.sleep(disruption.duration_s)
            await self._change(connector.name, fields)

    async def _change(self, name: str, fields: dict[str, Any]) -> None:
        """Change the connector, and retry while portal-api or MongoDB is unavailable."""
        path = f"/connectors/{self._stage.connector_ids[name]}"

        async def change() -> bool:
            with contextlib.suppress(aiohttp.ClientError, KeyError, TimeoutError):
                _, found = await self._stage.api("GET", path)
                body = fields | {"version": found["version"]}
                status, _ = await self._stage.api("PUT", path, json=body)
                return status == OK
            return False

        await until(change, f"connector {name} to be changed")


def _connector(name: str) -> Connector:
    return next(connector for connector in CONNECTORS if connector.name == name)


@contextlib.contextmanager
def _closed_port() -> Iterator[int]:
    """Reserve a port that refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])
