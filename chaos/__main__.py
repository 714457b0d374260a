"""``make chaos``: runs disruptions, prints one line per promise, writes chaos.json and
chaos.html.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console

from chaos.options import read_options
from chaos.page import page
from chaos.progress import show_progress
from chaos.promises import judge
from chaos.report import report
from chaos.run import new_run
from chaos.system import running_stage

if TYPE_CHECKING:
    from pathlib import Path

    from chaos.options import Options
    from chaos.verdict import Verdict


async def chaos(options: Options, console: Console) -> list[Verdict]:
    """Do one run, write its report, and return the verdicts."""
    console.print("Starting servers and services ...")
    async with running_stage(options, _new_folder(options.out / "chaos")) as stage:
        run = new_run(options, stage)
        async with show_progress(run, console):
            evidence = await run.evidence()
        verdicts = judge(evidence)
        found = report(run, evidence, verdicts, await stage.versions())
    await asyncio.to_thread(_write, options.out, found)
    return verdicts


def _new_folder(folder: Path) -> Path:
    """Return an empty folder for logs and data."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _write(folder: Path, found: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chaos.json").write_text(json.dumps(found, indent=2) + "\n")
    (folder / "chaos.html").write_text(page(found))


def main() -> None:
    """Run, print the verdicts, and end with exit code 1 after a broken promise."""
    options = read_options()
    console = Console()
    verdicts = asyncio.run(chaos(options, console))
    for verdict in verdicts:
        print(verdict.line)
        for example in verdict.examples:
            print(f"          {example}")
    held = sum(verdict.held for verdict in verdicts)
    print(f"See {options.out / 'chaos.html'}")
    print(f"{held} held, {len(verdicts) - held} broken", flush=True)
    sys.exit(held < len(verdicts))


if __name__ == "__main__":
    main()
