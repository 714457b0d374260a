"""Somebody at a real Chromium, signed in to the portal: what they see, and that the page asks
nobody else for anything.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    Request,
    ViewportSize,
)

from local_stack.servers.packages import install
from tests.support.visitor import Visitor

CHROMIUM = Path("/usr/bin/chromium")
"""Debian's; the one that Playwright would download is not needed."""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PATIENCE_MS = 30_000
WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


async def launched(playwright: Playwright) -> Browser:
    """Start the browser, installed first where it is missing."""
    if not CHROMIUM.exists() and shutil.which("chromium") is None:
        await install("chromium")
    return await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)


@dataclass
class Desk:
    """One administrator's browser: its page, and whatever the page should not have done."""

    page: Page
    context: BrowserContext
    home: str
    faults: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        """Go to a page of the portal and wait for its headline."""
        await self.page.goto(self.home + path)
        await self.page.get_by_role("heading", level=1).wait_for()
        return self.page

    def row(self, *words: str) -> Locator:
        """The rows of the list in which all of these stand."""
        rows = self.page.locator("[data-row]")
        for word in words:
            rows = rows.filter(has_text=word)
        return rows

    def button(self, name: str) -> Locator:
        """The button of exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def sees(self, text: str) -> None:
        """Wait until this stands on the page."""
        await self.page.get_by_text(text).first.wait_for()

    async def mends_the_uri(self, uri: str) -> None:
        """On a failed delivery's page: change the URI, test the connection, send again, and
        see it received.
        """
        await self.button("Edit").click()
        await self.page.get_by_role("textbox", name="URI").fill(uri)
        await self.button("Save and test").click()
        await self.sees("The connection test passed.")
        await self.button("Retry").click()
        await self.sees(
            "The back office received it. Only the back office knows whether the data is valid."
        )

    def watch(self) -> None:
        """Remember scripts' errors, what the page's policy refused, and every request
        to somebody else.
        """
        self.page.on("crash", lambda _: self.faults.append("the page crashed"))
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on(
            "console",
            lambda message: (
                self.faults.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        self.page.on("request", self._of_another)

    def _of_another(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.faults.append(f"asked {request.url}")


async def a_context(
    browser: Browser, home: str, who: Visitor | None = None, **options: Any
) -> BrowserContext:
    """A browser of somebody's own: signed in, without the page, if it is said as whom."""
    context = await browser.new_context(
        **{
            "viewport": WIDE,
            "locale": "en-GB",
            "timezone_id": "Europe/Brussels",
            "reduced_motion": "reduce",
        }
        | options
    )
    context.set_default_timeout(PATIENCE_MS)
    if who is not None:
        answer = await context.request.post(
            f"{home}/api/session", data={"name": who.name, "password": who.password}
        )
        assert answer.ok, await answer.text()
    return context


async def a_desk(context: BrowserContext, home: str) -> Desk:
    """A new page in it."""
    made = Desk(await context.new_page(), context, home)
    made.watch()
    return made
