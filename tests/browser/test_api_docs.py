"""The page of the API documentation runs under the policy of the website, and in no frame."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.browser.conftest import OpenPortal
from tests.support.system import System, until
from tools.website.portal_page import a_context


async def test_it_shows_the_operations_without_a_request_to_another_host(
    open_portal: OpenPortal,
) -> None:
    at = await open_portal(None)

    await at.page.goto(f"{at.home}/api/docs?url=https://elsewhere.example/openapi.json")
    await at.page.get_by_text("/api/connectors", exact=True).first.click()
    await at.page.get_by_role("button", name="Try it out").first.click()
    await at.page.get_by_role("button", name="Execute").first.click()
    await (
        at.page.get_by_text("Sign in, or send an API key")
        .or_(at.page.get_by_text('"status": 401'))
        .first.wait_for()
    )

    assert at.faults == []


async def test_no_page_of_another_origin_can_frame_it(browser: Browser, system: System) -> None:
    home = system.services["portal-api"].url
    context = await a_context(browser)
    page = await context.new_page()
    await page.goto(f"{home}/health/live")

    await page.set_content(f'<iframe src="{home}/api/docs"></iframe>')

    async def is_refused() -> bool:
        return any(frame.url.startswith("chrome-error:") for frame in page.frames)

    await until(is_refused, "Chromium to refuse the frame")
    await context.close()
