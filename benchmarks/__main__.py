"""``make bench``: prints one line per figure, ``name value unit``, and writes the figures as JSON.

Every ratio is the median of rounds. Each round stands between two rounds of the bare loop, on the
same servers in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from benchmarks import portal, stages
from benchmarks.rig import API_KEY, SECRET, Rig, rig

if TYPE_CHECKING:
    from collections.abc import Sequence

CONNECTORS = ("one", "two", "three")


class Figures(dict[str, tuple[float, str]]):
    """Figures by name, printed immediately."""

    def add(self, name: str, value: float, unit: str) -> None:
        """Store and print one figure."""
        self[name] = round(value, 3), unit
        print(name, round(value, 3), unit, flush=True)


async def bench(rounds: int, count: int, deliveries: int, out: Path) -> None:
    """Measure everything, with ``count`` messages a round and this number of ``deliveries`` in the
    portal.
    """
    figures = Figures()
    async with rig() as built:
        await built.start("ingest", INGEST_SECRETS=json.dumps({"bench": SECRET}))
        await _delivering(built, rounds, count, figures)
        await _speaking(built, rounds, count, figures)
        await _accepting(built, rounds, count, figures)
        await _waiting(built, figures)
        await portal.measure(built, deliveries, figures.add)
    await asyncio.to_thread(
        out.write_text,
        json.dumps(
            {name: {"value": value, "unit": unit} for name, (value, unit) in figures.items()},
            indent=2,
        )
        + "\n",
    )


async def _delivering(built: Rig, rounds: int, count: int, figures: Figures) -> None:
    loops = [await stages.bare_loop(built, count)]
    stage: list[float] = []
    chain: list[float] = []
    for n in range(rounds):
        stage.append(await stages.deliver_stage(built, n * count, count))
        loops.append(await stages.bare_loop(built, count))
        await stages.ingest_rate(built, (100 + n) * count, count // 3)
        chain.append(await stages.whole_chain(built, count // 3, CONNECTORS))
        loops.append(await stages.bare_loop(built, count))
    figures.add("bare_loop", median(loops), "deliveries/s")
    figures.add("dispatcher_vs_bare_loop", _beside(stage, loops[0::2], loops[1::2]), "ratio")
    figures.add("chain_vs_bare_loop", _beside(chain, loops[1::2], loops[2::2]), "ratio")


async def _speaking(built: Rig, rounds: int, count: int, figures: Figures) -> None:
    """Compare each system with the webhook before and after it."""
    numbers = itertools.count(300 * count, count)
    for system in list(stages.SYSTEMS)[1:]:
        hooks = [await stages.deliver_stage(built, next(numbers), count)]
        ours: list[float] = []
        for _ in range(rounds):
            ours.append(await stages.deliver_stage(built, next(numbers), count, system))
            hooks.append(await stages.deliver_stage(built, next(numbers), count))
        figures.add(f"{system}_vs_webhook", _beside(ours, hooks, hooks[1:]), "ratio")


async def _accepting(built: Rig, rounds: int, count: int, figures: Figures) -> None:
    published = [await stages.bare_publish(built, 2 * count)]
    accepted: list[float] = []
    for n in range(rounds):
        accepted.append(await stages.ingest_rate(built, (200 + 2 * n) * count, 2 * count))
        published.append(await stages.bare_publish(built, 2 * count))
    figures.add("bare_publish", median(published), "messages/s")
    figures.add("ingest_vs_bare_publish", _beside(accepted, published, published[1:]), "ratio")
    await built.connect("lane")
    await built.start("dispatcher")
    await built.reset_target()


def _beside(ours: Sequence[float], before: Sequence[float], after: Sequence[float]) -> float:
    """Return the median of the rounds' ratios to the bare loop directly before and after."""
    return median(
        2 * rate / (earlier + later)
        for rate, earlier, later in zip(ours, before, after, strict=False)
    )


async def _waiting(built: Rig, figures: Figures) -> None:
    await built.start("portal-api", PORTAL_API_KEY=API_KEY)
    await built.start("retry")
    await _settled(built)
    called, visible = await stages.latencies(built, 100_000_000, 1_000, per_second=50)
    _spread(figures, "posted_to_called", called)
    _spread(figures, "called_to_visible", visible)
    for name, (process, _) in built.running.items():
        status = await asyncio.to_thread(Path(f"/proc/{process.pid}/status").read_text)
        peak = next(
            int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")
        )
        figures.add(f"memory_peak_{name.replace('-', '_')}", peak / 1024, "MiB")


async def _settled(built: Rig) -> None:
    """Wait until all accepted changes were delivered and recorded."""
    before, now = -1.0, (await built.target_counts(0))["count"]
    while before != now or await stages.backlog(built):
        await asyncio.sleep(3)
        before, now = now, (await built.target_counts(0))["count"]
    await built.reset_target()


def _spread(figures: Figures, name: str, values: Sequence[float]) -> None:
    hundredths = quantiles(values, n=100)
    figures.add(f"{name}_p50", hundredths[49], "ms")
    figures.add(f"{name}_p99", hundredths[98], "ms")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the pipeline against bare loops."
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds of each measurement (default 3)"
    )
    parser.add_argument(
        "--count", type=int, default=9_000, help="messages per round (default 9000)"
    )
    parser.add_argument(
        "--deliveries",
        type=int,
        default=1_000_000,
        help="deliveries in the portal (default 1000000)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path(".run/bench.json"), help="JSON file of the figures"
    )
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    asyncio.run(bench(arguments.rounds, arguments.count, arguments.deliveries, arguments.out))


if __name__ == "__main__":
    main()
