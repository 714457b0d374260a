"""Shows the progress of a run: live in a terminal, else a line every few seconds."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from rich.live import Live
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from rich.console import Console

    from chaos.run import Run

REFRESH_INTERVAL_S, LINE_INTERVAL_S = 0.5, 5.0
LAST = 6


@contextlib.asynccontextmanager
async def show_progress(run: Run, console: Console) -> AsyncIterator[None]:
    """Show the progress inside this block."""
    show = _live if console.is_terminal else _lines
    task = asyncio.create_task(show(run, console))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _live(run: Run, console: Console) -> None:
    with Live(console=console, auto_refresh=False) as live:
        while True:
            live.update(_table(run), refresh=True)
            await asyncio.sleep(REFRESH_INTERVAL_S)


async def _lines(run: Run, console: Console) -> None:
    while True:
        await asyncio.sleep(LINE_INTERVAL_S)
        now = ", ".join(disruption.kind for disruption in run.under_way) or "no disruption"
        figures = ", ".join(f"{value} {name}" for name, value in _figures(run))
        console.print(f"{figures}; {now}", soft_wrap=True, highlight=False)


def _table(run: Run) -> Table:
    table = Table(title=f"Chaos, seed {run.options.seed}: {run.doing}", show_header=False)
    for name, value in _figures(run):
        table.add_row(name, value)
    for disruption in run.under_way:
        table.add_row("now", f"[red]{disruption.kind}[/red] {_target(disruption.target)}")
    for happened in run.disruptions[-LAST:]:
        took_s = happened.ended_s - happened.began_s
        table.add_row("over", f"{happened.kind} {_target(happened.target)} ({took_s:.1f} s)")
    return table


def _figures(run: Run) -> Iterator[tuple[str, str]]:
    yield "seconds", f"{time.time() - run.began_s:.0f}"
    yield "accepted", f"{len(run.poster.accepted)} of {len(run.changes)}"
    yield "posts to repeat", str(run.poster.refused)
    yield "calls received", str(len(run.journal.calls))
    yield "versions waiting", str(run.waiting.count)
    planned = len(run.outages) + len(run.background) + len(run.faults)
    yield "disruptions over", f"{len(run.disruptions)} of {planned}"
    yield "dispatchers", str(len(run.stage.dispatchers))


def _target(target: str) -> str:
    return "" if target.isdigit() else target
