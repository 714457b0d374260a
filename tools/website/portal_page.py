"""A real Chromium at the portal, for the screenshots and for the tests of the website."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    ViewportSize,
)

from local_stack.servers.packages import install

CHROMIUM = Path("/usr/bin/chromium")
"""Debian's package. Playwright's own download is not needed."""
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
ACTION_TIMEOUT_MS = 30_000
WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


async def launch_browser(playwright: Playwright) -> Browser:
    """Start Chromium. Install its package first where it is missing."""
    if not CHROMIUM.exists() and shutil.which("chromium") is None:
        await install("chromium")
    return await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)


@dataclass
class PortalPage:
    """One browser page of the portal, with a list of the faults that the page committed.

    A fault is a script error, a violation of the content security policy, or a request to another
    host.
    """

    page: Page
    context: BrowserContext
    home: str
    faults: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        """Open a page of the portal and wait for its headline."""
        await self.page.goto(self.home + path)
        await self.page.get_by_role("heading", level=1).wait_for()
        return self.page

    def row(self, *words: str) -> Locator:
        """Return the rows of the list that hold all of these words."""
        rows = self.page.locator("[data-row]")
        for word in words:
            rows = rows.filter(has_text=word)
        return rows

    def button(self, name: str) -> Locator:
        """Return the button with exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def sees(self, text: str) -> None:
        """Wait until the page shows this text."""
        await self.page.get_by_text(text).first.wait_for()

    async def correct_the_uri(self, uri: str) -> None:
        """On a failed delivery's page, change the URI, test the connection, retry the delivery, and
        wait until the back office received it.
        """
        await self.button("Edit").click()
        await self.page.get_by_role("textbox", name="URI").fill(uri)
        await self.button("Save and test").click()
        await self.sees("The connection test passed.")
        await self.button("Retry").click()
        await self.sees(
            "The back office received it. Only the back office knows whether the data is valid."
        )

    def record_faults(self) -> None:
        """Record script errors, policy violations and requests to other hosts in `faults`."""
        self.page.on("crash", lambda _: self.faults.append("the page crashed"))
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._record_violation)
        self.page.on("request", self._record_foreign_request)

    def _record_violation(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _record_foreign_request(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.faults.append(f"requested {request.url}")


async def a_context(browser: Browser, **options: Any) -> BrowserContext:
    """Open a browser context of its own, with its own cookies, not signed in."""
    context = await browser.new_context(
        **{
            "viewport": WIDE,
            "locale": "en-GB",
            "timezone_id": "Europe/Brussels",
            "reduced_motion": "reduce",
        }
        | options
    )
    context.set_default_timeout(ACTION_TIMEOUT_MS)
    return context


async def sign_in(context: BrowserContext, home: str, name: str, password: str) -> None:
    """Sign the context in by the API, without the sign-in page."""
    await context.request.post(
        f"{home}/api/session",
        data={"name": name, "password": password},
        fail_on_status_code=True,
    )


async def a_portal_page(context: BrowserContext, home: str) -> PortalPage:
    """Open a new page of the context that records its faults."""
    portal_page = PortalPage(await context.new_page(), context, home)
    portal_page.record_faults()
    return portal_page
