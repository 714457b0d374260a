"""A browser for the tests here, and a desk for each test: signed in, and checked for what a
page must not do.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.support.browser import Desk, a_context, a_desk, launched
from tests.support.system import System
from tests.support.visitor import Visitor, a_user

Sit = Callable[..., Awaitable[Desk]]
LONGEST_S = 120
CLOSING_S = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test here a deadline: not everything that a browser is asked has one of its own."""
    for item in items:
        if isinstance(item, pytest.Function) and Path(__file__).parent in item.path.parents:
            item.obj = _bounded(item.obj)


def _bounded(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(*given: Any, **named: Any) -> None:
        async with asyncio.timeout(LONGEST_S):
            await test(*given, **named)

    return bounded


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        async with asyncio.timeout(LONGEST_S):
            opened = await launched(playwright)
        yield opened
        async with asyncio.timeout(CLOSING_S):
            await opened.close()


@pytest.fixture(scope="package")
async def accounts(system: System) -> dict[str, Visitor]:
    """One account of each role; what it is allowed to is the same in every test."""
    return {
        role: await a_user(system, role, signed_in=False)
        for role in ("viewer", "operator", "admin")
    }


@pytest.fixture(scope="package")
async def contexts(
    browser: Browser, system: System, accounts: dict[str, Visitor]
) -> dict[str, BrowserContext]:
    """One browser for each role: a page that was loaded once loads fast."""
    home = system.services["portal-api"].url
    return {role: await a_context(browser, home, who) for role, who in accounts.items()}


@pytest.fixture
async def sit(
    browser: Browser,
    system: System,
    accounts: dict[str, Visitor],
    contexts: dict[str, BrowserContext],
) -> AsyncIterator[Sit]:
    """Sit down as somebody with this role, as a visitor, or as nobody before signing in; with
    options, at a browser of one's own.
    """
    desks: list[Desk] = []
    home = system.services["portal-api"].url

    async def sitting(who: str | Visitor | None = "admin", **options: Any) -> Desk:
        account = accounts[who] if isinstance(who, str) else who
        is_shared = isinstance(who, str) and not options
        context = (
            contexts[str(who)] if is_shared else await a_context(browser, home, account, **options)
        )
        desks.append(await a_desk(context, home))
        return desks[-1]

    yield sitting
    for one in desks:
        async with asyncio.timeout(CLOSING_S):
            await (one.page if one.context in contexts.values() else one.context).close()
        assert one.faults == []


@pytest.fixture(scope="package", autouse=True)
async def retry(system: System) -> AsyncIterator[None]:
    await system.start("retry", "retry-browser")
    yield
    await system.stop("retry-browser")
