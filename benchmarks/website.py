"""``python -m benchmarks.website``: measures Error Tracking in a real Chromium while a thousand
statuses a minute arrive.

Prints one line a minute: status changes that reached the page, the longest task of its main thread
and the longest gap between two frames (milliseconds), the same gap of an empty page (the machine
alone), the heap after a collection (MB), and the DOM's nodes. Not part of ``make bench``, because
it needs ten minutes on an idle machine.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import async_playwright

from local_stack.credentials import ADMIN
from local_stack.settings import Settings
from local_stack.system import running
from local_stack.system_client import open_session
from tools.website.portal_page import a_context, a_portal_page, launch_browser, sign_in

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

    from local_stack.system_client import SystemClient

CHANGES_PER_S = 18.0
"""Each change becomes at least one status change."""
FAILURES = 60
"""Failures per minute at one back office. The timer job retries them while the page is open."""
MEGABYTE = 1e6
JANK_MS = 100.0
MEASURE = """() => {
  const seen = { events: 0, task: 0, tasks: 0, gap: 0 };
  const note = (entries) => entries.forEach(({ duration }) => {
    seen.task = Math.max(seen.task, duration);
    if (duration > 100) seen.tasks += 1;
  });
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ entryTypes: ['longtask'] });
  window.__take = () => {
    note(observer.takeRecords());
    const taken = { ...seen };
    Object.assign(seen, { events: 0, task: 0, tasks: 0, gap: 0 });
    window.__last = 0;
    return taken;
  };
  const frame = (at) => { \
if (window.__last) seen.gap = Math.max(seen.gap, at - window.__last); \
window.__last = at; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  window.EventSource = class extends EventSource {
    constructor(...given) { super(...given); \
this.addEventListener('delivery', () => { seen.events += 1; }); }
  };
}"""


async def main(minutes: int) -> None:
    """Start the system, measure for this number of minutes, and print the figures."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(directory=Path(directory), rate=CHANGES_PER_S)
        async with (
            open_session() as http,
            running(settings, http, _say) as system,
            async_playwright() as playwright,
        ):
            browser = await launch_browser(playwright)
            context = await a_context(browser)
            await context.add_init_script(f"({MEASURE})()")
            home = system.addresses["portal-api"]
            await sign_in(context, home, ADMIN, system.credentials.admin_password)
            portal_page = await a_portal_page(context, home)
            page = await portal_page.open("/errors")
            empty = await (await browser.new_context()).new_page()
            await empty.evaluate(MEASURE)
            await _watch(page, empty, await context.new_cdp_session(page), system.client, minutes)
            await browser.close()


async def _watch(
    page: Page, empty: Page, devtools: CDPSession, client: SystemClient, minutes: int
) -> None:
    """Print a line a minute and a summary. Growth counts from the second minute on."""
    await devtools.send("HeapProfiler.enable")
    lines: list[dict[str, Any]] = []
    await client.simulator(
        "PUT", "/back-offices/crm/faults", json={"status": 400, "times": FAILURES}
    )
    await page.locator("[data-row]").first.wait_for()
    for one in (page, empty):
        await one.evaluate("() => window.__take()")  # opening the page is another matter
    for minute in range(1, minutes + 1):
        await client.simulator(
            "PUT", "/back-offices/crm/faults", json={"status": 400, "times": FAILURES}
        )
        began = time.monotonic()
        await asyncio.sleep(60)
        seen, beside = (
            await page.evaluate("() => window.__take()"),
            await empty.evaluate("() => window.__take()"),
        )
        lines.append(
            seen
            | {
                "empty": beside["gap"],
                "per_minute": 60 * seen["events"] / (time.monotonic() - began),
            }
            | await _memory(devtools)
        )
        await page.evaluate(
            "() => window.__take()"
        )  # a collection asked for is no jank of the page's own
        _line(f"minute {minute}", lines[-1])
    worst = {name: max(line[name] for line in lines) for name in ("task", "gap", "empty")} | {
        "tasks": sum(line["tasks"] for line in lines)
    }
    growth = (lines[-1]["heap"] - lines[min(1, minutes - 1)]["heap"]) / max(1, minutes - 2)
    _say(f"website_status_changes {sum(line['per_minute'] for line in lines) / minutes:.0f} 1/min")
    _say(f"website_longest_task {worst['task']:.0f} ms ({worst['tasks']} over {JANK_MS:.0f} ms)")
    _say(
        f"website_longest_frame_gap {worst['gap']:.0f} ms (of an empty page "
        f"{worst['empty']:.0f} ms)"
    )
    _say(f"website_heap_growth {growth:.3f} MB/min")


async def _memory(devtools: CDPSession) -> dict[str, float]:
    await devtools.send("HeapProfiler.collectGarbage")
    heap, counters = (
        await devtools.send("Runtime.getHeapUsage"),
        await devtools.send("Memory.getDOMCounters"),
    )
    return {
        "heap": heap["usedSize"] / MEGABYTE,
        "nodes": counters["nodes"],
        "listeners": counters["jsEventListeners"],
    }


def _line(name: str, seen: dict[str, Any]) -> None:
    _say(
        f"{name}: {seen['per_minute']:.0f} status changes, longest task {seen['task']:.0f} ms, "
        f"longest gap {seen['gap']:.0f} ms (empty page {seen['empty']:.0f} ms), "
        f"heap {seen['heap']:.1f} MB, {seen['nodes']} nodes, {seen['listeners']} listeners"
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.website", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--minutes", type=int, default=10, help="minutes to measure (default 10)")
    asyncio.run(main(parser.parse_args().minutes))
