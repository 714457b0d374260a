"""WCAG 2.2 AA: axe finds nothing on any view, light or dark, wide or on a phone; and the keyboard gets everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Sit
from tests.support.browser import PHONE, Desk
from tests.support.retrying import failing
from tests.support.system import System

AXE = Path(__file__).parents[2] / "services" / "portal-web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STILL = "() => new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 50))"
LISTS = ["/", "/appointments", "/transactions", "/errors", "/errors?view=groups", "/operations", "/logs", "/status"]
SETTINGS = ["/profile", "/connectors", "/connectors/new", "/connectors/import", "/users", "/audit"]


async def violations(at: Desk, rules: list[str] = RULES) -> list[str]:
    """What axe has against the page as it is once it stands still: the rule, and where."""
    await at.page.evaluate(STILL)
    if not await at.page.evaluate("() => 'axe' in window"):
        await at.page.evaluate(AXE.read_text())
    found: dict[str, Any] = await at.page.evaluate("rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", rules)
    return [f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}" for one in found["violations"] for node in one["nodes"]]


async def in_both_lights(at: Desk, path: str) -> list[str]:
    """The page's violations, light and dark."""
    await at.page.emulate_media(color_scheme="light")
    await at.open(path)
    await at.page.wait_for_load_state("networkidle") if path != "/logs" else None
    found = await violations(at)
    await at.page.emulate_media(color_scheme="dark")
    await at.page.wait_for_function("() => getComputedStyle(document.body).backgroundColor === 'rgb(14, 19, 25)'")
    return [f"light {path} {one}" for one in found] + [f"dark {path} {one}" for one in await violations(at)]


@pytest.fixture(scope="module")
async def details(system: System) -> list[str]:
    """The pages of one failure, its appointment, its connector and an operation about it."""
    app = "app-accessible"
    [delivery_id] = await failing(system, app, 1)
    [delivery] = await system.deliveries(source_app=app)
    _, operation = await system.api("POST", f"/deliveries/{delivery_id}/archive")
    key = delivery["appointment"]["key"].replace("/", "%2F")
    tabs = [f"/appointments/{key}?tab={tab}" for tab in ("lastActivity", "settings", "timeline")]
    return [f"/errors/{delivery_id}", *tabs, f"/connectors/{delivery['connector_id']}", f"/operations/{operation['operation_id']}"]


@pytest.mark.parametrize("view", [*LISTS, *SETTINGS])
async def test_axe_finds_nothing_on_the_view_light_or_dark(sit: Sit, details: list[str], view: str) -> None:
    assert details
    at = await sit("admin")

    assert await in_both_lights(at, view) == []


@pytest.mark.parametrize("place", range(6), ids=["failure", "activity", "settings", "timeline", "connector", "operation"])
async def test_axe_finds_nothing_in_the_details_light_or_dark(sit: Sit, details: list[str], place: int) -> None:
    at = await sit("admin")

    assert await in_both_lights(at, details[place]) == []


@pytest.mark.parametrize("view", ["/", "/errors", "/logs"])
async def test_axe_finds_nothing_on_a_phone_and_nothing_stands_out_of_it(sit: Sit, details: list[str], view: str) -> None:
    assert details
    at = await sit("viewer", viewport=PHONE)

    assert await in_both_lights(at, view) == []
    assert await at.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


async def test_axe_finds_nothing_on_the_sign_in_page(sit: Sit) -> None:
    at = await sit(None)

    assert await in_both_lights(at, "/login") == []


async def test_axe_finds_nothing_in_menus_criteria_and_dialogs(system: System, sit: Sit, app: str) -> None:
    await failing(system, app, 2)
    at = await sit("operator")
    await at.open(f"/errors?source_app={app}")
    assert await violations(at) == []

    await at.button("Columns").click()
    assert await violations(at, RULES[:-1]) == []
    await at.page.keyboard.press("Escape")
    await at.row().first.get_by_role("checkbox").check()
    await at.button("Retry All").click()
    await at.page.get_by_role("dialog").get_by_text("By cause").wait_for()
    assert await violations(at, RULES[:-1]) == []


async def test_the_first_tab_leads_past_the_menu_to_the_content(sit: Sit) -> None:
    at = await sit("viewer")
    await at.open("/status")

    await at.page.keyboard.press("Tab")
    await at.page.keyboard.press("Enter")

    assert await at.page.evaluate("() => document.activeElement.id") == "content"


async def test_a_chosen_theme_stays_whatever_the_system_has(sit: Sit) -> None:
    at = await sit("viewer", color_scheme="light")
    await at.open("/")

    await at.button("Light or dark").click()
    await at.page.get_by_role("menuitem", name="Dark").click()
    await at.page.reload()

    await at.page.wait_for_function("() => getComputedStyle(document.body).backgroundColor === 'rgb(14, 19, 25)'")
