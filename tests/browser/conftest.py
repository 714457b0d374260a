"""A browser for these tests, and pages of the portal that record their faults."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.support.api_user import ApiUser, a_user
from tests.support.system import System
from tools.website.portal_page import PortalPage, a_context, a_portal_page, launch_browser, sign_in

OpenPortal = Callable[..., Awaitable[PortalPage]]
TEST_TIMEOUT_S = 120
CLOSING_TIMEOUT_S = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test here a timeout, because not every call to the browser has one of its own."""
    for item in items:
        if isinstance(item, pytest.Function) and Path(__file__).parent in item.path.parents:
            item.obj = _bounded(item.obj)


def _bounded(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(*given: Any, **named: Any) -> None:
        async with asyncio.timeout(TEST_TIMEOUT_S):
            await test(*given, **named)

    return bounded


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        async with asyncio.timeout(TEST_TIMEOUT_S):
            opened = await launch_browser(playwright)
        yield opened
        async with asyncio.timeout(CLOSING_TIMEOUT_S):
            await opened.close()


@pytest.fixture(scope="package")
async def accounts(system: System) -> dict[str, ApiUser]:
    """One account of each role, shared by all tests."""
    return {
        role: await a_user(system, role, signed_in=False)
        for role in ("viewer", "operator", "admin")
    }


@pytest.fixture(scope="package")
async def contexts(
    browser: Browser, system: System, accounts: dict[str, ApiUser]
) -> dict[str, BrowserContext]:
    """One signed-in browser context for each role, because a page loads faster the second time."""
    home = system.services["portal-api"].url
    return {
        role: await _signed_in_context(browser, home, account) for role, account in accounts.items()
    }


@pytest.fixture
async def open_portal(
    browser: Browser,
    system: System,
    accounts: dict[str, ApiUser],
    contexts: dict[str, BrowserContext],
) -> AsyncIterator[OpenPortal]:
    """A function that opens the portal as an account of this role, as this account, or signed out.

    Options of the browser (a time zone, colours) open a context of its own.
    At the end of the test no page may have recorded a fault.
    """
    opened: list[PortalPage] = []
    home = system.services["portal-api"].url

    async def opening(who: str | ApiUser | None = "admin", **options: Any) -> PortalPage:
        account = accounts[who] if isinstance(who, str) else who
        is_shared = isinstance(who, str) and not options
        context = (
            contexts[str(who)]
            if is_shared
            else await _signed_in_context(browser, home, account, **options)
        )
        opened.append(await a_portal_page(context, home))
        return opened[-1]

    yield opening
    for one in opened:
        async with asyncio.timeout(CLOSING_TIMEOUT_S):
            await (one.page if one.context in contexts.values() else one.context).close()
        assert one.faults == []


@pytest.fixture(scope="package", autouse=True)
async def retry(system: System) -> AsyncIterator[None]:
    await system.start("retry", "retry-browser")
    yield
    await system.stop("retry-browser")


async def _signed_in_context(
    browser: Browser, home: str, account: ApiUser | None, **options: Any
) -> BrowserContext:
    """Open a browser context, signed in unless there is no account."""
    context = await a_context(browser, **options)
    if account is not None:
        await sign_in(context, home, account.name, account.password)
    return context
