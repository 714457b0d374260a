"""WCAG 2.2 AA: axe finds no violation on any view, in both colour schemes and both sizes. The
keyboard reaches everything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext

from tests.browser.conftest import OpenPortal
from tests.support.api_user import a_user
from tests.support.operations import make_failed_deliveries
from tests.support.system import System, until
from tools.website.portal_page import PHONE, WIDE, PortalPage, a_portal_page

AXE = (
    Path(__file__).parents[2]
    / "services"
    / "portal-web"
    / "node_modules"
    / "axe-core"
    / "axe.min.js"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast"]
"""The rules that depend on the colour scheme."""
STILL = (
    "() => new Promise(done => setTimeout(() => requestAnimationFrame(() => "
    "requestAnimationFrame(done)), 50))"
)
THERE = (
    "() => document.querySelector('h1') && !document.querySelector('.MuiSkeleton-root, "
    ".MuiLinearProgress-root, .MuiCircularProgress-root')"
)
STANDING_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] : \
[...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 160))"""
IS_DARK = "() => getComputedStyle(document.body).backgroundColor === 'rgb(14, 19, 25)'"
LISTS = [
    "/",
    "/appointments",
    "/transactions",
    "/errors",
    "/errors?view=groups",
    "/operations",
    "/logs",
    "/status",
]
SETTINGS = [
    "/profile",
    "/connectors",
    "/connectors/new",
    "/connectors/import",
    "/users",
    "/audit",
    "/nowhere",
]
DETAILS = ["failure", "lastActivity", "settings", "timeline", "connector", "operation"]
VIEWS = [*LISTS, *SETTINGS, *DETAILS]


async def violations(at: PortalPage, rules: list[str] = RULES) -> list[str]:
    """Return axe's violations on the page after it has settled, as rule and place."""
    await at.page.evaluate(STILL)
    if not await at.page.evaluate("() => 'axe' in window"):
        await at.page.evaluate(AXE.read_text())
    found: dict[str, Any] = await at.page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", rules
    )
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


async def in_both_lights(at: PortalPage, path: str) -> list[str]:
    """Return the page's violations in the light scheme, and those of its colours in the dark
    one.
    """
    await at.page.emulate_media(color_scheme="light")
    await at.open(path)
    await at.page.wait_for_function(THERE)
    found = await violations(at)
    await at.page.emulate_media(color_scheme="dark")
    await at.page.wait_for_function(IS_DARK)
    return [f"light {path} {one}" for one in found] + [
        f"dark {path} {one}" for one in await violations(at, COLOURS)
    ]


@pytest.fixture(scope="module")
async def paths(system: System) -> dict[str, str]:
    """The path of each view. Some views have the id of a failure, an appointment or an
    operation.
    """
    app = "app-accessible"
    [delivery_id] = await make_failed_deliveries(system, app, 1)
    [delivery] = await system.deliveries(source_app=app)
    connector_id, key = delivery["connector_id"], delivery["appointment"]["key"].replace("/", "%2F")
    for step in ("disable", "enable"):
        await system.switch(connector_id, step)
    _, operation = await system.api("POST", f"/deliveries/{delivery_id}/archive")
    administrator = await a_user(system, "admin")
    await administrator.ask("POST", "/api-keys", {"name": "nightly export", "role": "viewer"})
    tabs = {
        tab: f"/appointments/{key}?tab={tab}" for tab in ("lastActivity", "settings", "timeline")
    }
    ids = {
        "failure": f"/errors/{delivery_id}",
        "connector": f"/connectors/{connector_id}",
        "operation": f"/operations/{operation['operation_id']}",
    }
    return {view: view for view in (*LISTS, *SETTINGS)} | tabs | ids


@pytest.fixture(scope="module")
async def passing(contexts: dict[str, BrowserContext], system: System) -> AsyncIterator[PortalPage]:
    """One page that opens all views in turn."""
    desk = await a_portal_page(contexts["admin"], system.services["portal-api"].url)
    yield desk
    await desk.page.close()
    assert desk.faults == []


@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_nothing_on_any_view_light_dark_or_on_a_phone(
    passing: PortalPage, paths: dict[str, str], view: str
) -> None:
    await passing.page.set_viewport_size(WIDE)
    assert await in_both_lights(passing, paths[view]) == []

    await passing.page.set_viewport_size(PHONE)

    async def fits() -> bool:
        return bool(await passing.page.evaluate(STANDING_OUT) == [])

    await until(fits, "the view to fit on a phone")
    assert await violations(passing) == []


async def test_axe_finds_nothing_on_the_sign_in_page(open_portal: OpenPortal) -> None:
    at = await open_portal(None)

    assert await in_both_lights(at, "/login") == []


async def test_axe_finds_nothing_in_menus_criteria_and_dialogs(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await make_failed_deliveries(system, app, 2)
    at = await open_portal("operator")
    await at.open(f"/errors?source_app={app}")
    assert await violations(at) == []

    await at.button("Columns").click()
    assert await violations(at, RULES[:-1]) == []
    await at.page.keyboard.press("Escape")
    await at.row().first.get_by_role("checkbox").check()
    await at.button("Retry All").click()
    await at.page.get_by_role("dialog").get_by_text("By cause").wait_for()
    assert await violations(at, RULES[:-1]) == []


async def test_the_first_tab_leads_past_the_menu_to_the_content(open_portal: OpenPortal) -> None:
    at = await open_portal("viewer")
    await at.open("/status")

    await at.page.keyboard.press("Tab")
    await at.page.keyboard.press("Enter")

    assert await at.page.evaluate("() => document.activeElement.id") == "content"


async def test_a_chosen_theme_stays_whatever_the_system_has(open_portal: OpenPortal) -> None:
    at = await open_portal("viewer", color_scheme="light")
    await at.open("/")

    await at.button("Theme").click()
    await at.page.get_by_role("menuitem", name="Dark").click()
    await at.page.reload()

    await at.page.wait_for_function(IS_DARK)
