"""The calls that the simulator's back offices have received, read page by page."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chaos.evidence import Call, Version

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.system import System

PAGE = 5_000
PAUSE_S = 0.5


class Journal:
    """A copy of the simulator's journal. ``record`` is called with each version that arrived."""

    def __init__(self, system: System, record: Callable[[Version], None]) -> None:
        self._system = system
        self._record = record
        self._after = 0
        self.calls: list[Call] = []

    async def follow(self) -> None:
        """Read new entries until cancelled."""
        while True:
            await self.read()
            await asyncio.sleep(PAUSE_S)

    async def read(self) -> None:
        """Read all new entries. Raises RuntimeError when entries were dropped before they were
        read.
        """
        while found := await self._page():
            calls = [_call(line) for line in found]
            self.calls += calls
            for call in calls:
                if call.stored:
                    self._record(Version(call.back_office, call.appointment, call.version))

    async def _page(self) -> list[dict[str, Any]]:
        address = f"{self._system.services['simulator'].url}/journal"
        query = {"after": str(self._after), "limit": str(PAGE)}
        async with self._system.http.get(address, params=query) as answer:
            page = await answer.json()
        if page["dropped"] > self._after:
            raise RuntimeError("the simulator dropped calls before they were read")
        self._after = page["next"]
        found: list[dict[str, Any]] = page["calls"]
        return found


def _call(line: dict[str, Any]) -> Call:
    modified_at = line["modified_at"]
    moment = datetime.fromisoformat(modified_at).timestamp() if modified_at else 0.0
    return Call(
        back_office=line["back_office"],
        began=line["began"],
        ended=line["ended"],
        at_s=line["at_s"],
        took_s=line["took_s"],
        appointment=line["appointment"],
        version=round(moment * 1000),
        action=line["action"],
        stored=line["stored"],
        status=line["status"],
    )
