"""A live table of the figures, updated every second."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from local_stack.credentials import ADMIN
from local_stack.figures import Figures, read_figures

if TYPE_CHECKING:
    from rich.console import Console

    from local_stack.credentials import Credentials
    from local_stack.system import System

REFRESH_INTERVAL_S = 1.0
LINE_INTERVAL_S = 5.0


async def show(system: System, console: Console) -> None:
    """Show the figures until cancelled: a live table on a terminal, else a line every few
    seconds.
    """
    for line in header(system):
        console.print(line, highlight=False, soft_wrap=True)
    await (_live if console.is_terminal else _lines)(system, console)


def header(system: System) -> list[str]:
    """Return the addresses, and the API key."""
    portal, simulator = system.addresses["portal-api"], system.addresses["simulator"]
    return [
        "",
        sign_in(portal, system.credentials),
        f"Portal API      {portal}/api/docs",
        f"  API key       {system.credentials.api_key}   (X-API-KEY)",
        f"Back offices    {simulator}/back-offices",
        f"Planners        {simulator}/planners",
        *(
            f"{name:<15} {address}/health/consuming   {address}/metrics"
            for name, address in system.addresses.items()
        ),
        "",
    ]


def sign_in(portal: str, credentials: Credentials) -> str:
    """Return the address of the website, with account and password."""
    return (
        f"Sign in         {portal}   as {ADMIN}, with the password {credentials.admin_password}   "
        "(until you change it)"
    )


async def _live(system: System, console: Console) -> None:
    rate = RateMeter()
    with Live(console=console, auto_refresh=False) as live:
        while True:
            live.update(
                Group(table(await read_figures(system.client), rate), _ended(system)), refresh=True
            )
            await asyncio.sleep(REFRESH_INTERVAL_S)


async def _lines(system: System, console: Console) -> None:
    while True:
        console.print(
            line(await read_figures(system.client)), _ended(system), highlight=False, soft_wrap=True
        )
        await asyncio.sleep(LINE_INTERVAL_S)


class RateMeter:
    """Changes per second since the last reading."""

    def __init__(self) -> None:
        self._last: tuple[float, int] | None = None

    def of(self, accepted: int) -> float:
        """Return the rate since the last reading."""
        now, last = time.monotonic(), self._last
        self._last = now, accepted
        return max(0.0, (accepted - last[1]) / (now - last[0])) if last else 0.0


def line(seen: Figures) -> str:
    """Return the figures in one line."""
    names = ("delivered", "failed", "skipped", "in_flight")
    counts = ", ".join(f"{seen.total(name)} {name.replace('_', ' ')}" for name in names)
    return f"{seen.accepted} accepted, {counts}, {seen.total('is_held')} lanes held"


def table(seen: Figures, rate: RateMeter) -> Table:
    """Return the figures per connector."""
    made = Table(
        title=f"{seen.accepted} changes accepted, {rate.of(seen.accepted):.1f} per second",
        title_justify="left",
        caption="Ctrl-C stops everything",
    )
    made.add_column("Connector")
    for name in ("Delivered", "Failed", "Skipped", "Other", "In flight", "Held"):
        made.add_column(name, justify="right")
    for lane in seen.lanes:
        failed = Text(str(lane.failed), style="red" if lane.failed else "")
        held = Text("held", style="yellow") if lane.is_held else Text("")
        made.add_row(
            Text(lane.name),
            str(lane.delivered),
            failed,
            str(lane.skipped),
            str(lane.other),
            str(lane.in_flight),
            held,
        )
    return made


def _ended(system: System) -> Text:
    """Return the services that should run and have ended."""
    ended = [
        f"{process.name} ended with exit code {process.returncode}: see {process.log}"
        for process in system.services.values()
        if process.returncode is not None
    ]
    return Text("\n".join(ended), style="bold red")
