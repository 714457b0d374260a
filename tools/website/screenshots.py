"""Takes a picture of every view for `make screenshots`, in both colour schemes and both sizes.

The pictures are written to docs/screenshots.
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from playwright.async_api import Browser, async_playwright

from local_stack.credentials import ADMIN
from local_stack.settings import Settings
from local_stack.system import System, running
from local_stack.system_client import SystemClient, open_session
from tools.website.portal_page import (
    PHONE,
    PortalPage,
    a_context,
    a_portal_page,
    launch_browser,
    sign_in,
)

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
DESKTOP = {"width": 1280, "height": 800}
THERE = (
    "() => !document.querySelector('.MuiSkeleton-root, .MuiLinearProgress-root') && "
    "!document.querySelector('footer').textContent.includes('Not known')"
)
TO_THE_TOP = "(one) => window.scrollTo(0, one.getBoundingClientRect().top + window.scrollY - 70)"
COLOURS = 256
"""Colours of a picture. They suffice for text and flat surfaces, and halve the size."""
VIVID = 20
"""Weight of a saturated colour, compared with grey."""
WORK_S = 45.0
"""Duration of the planners' work before the first picture."""
SETTLED_MS = 700
WAITING_TIMEOUT_S, WAITING_INTERVAL_S = 90, 0.2
PASSWORD = "made-up walrus lantern 16"  # noqa: S105 - of a stack that ends with the pictures
T = TypeVar("T")
VIEWS = (
    "home",
    "appointments",
    "transactions",
    "errors",
    "operations",
    "logs",
    "status",
    "connectors",
    "users",
    "audit",
    "profile",
)


async def main() -> None:
    """Start the system, cause failures, and take the pictures."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(
            directory=Path(directory), rate=3, RetryJobCronExpression="*/15 * * * *"
        )
        async with (
            open_session() as http,
            running(settings, http, _say) as system,
            async_playwright() as playwright,
        ):
            paths = await _worked(system.client)
            browser = await launch_browser(playwright)
            await _change_first_password(browser, system)
            for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
                for light in ("light", "dark"):
                    await _pictures(
                        browser,
                        system,
                        paths,
                        f"{light}-{size}",
                        viewport=viewport,
                        color_scheme=light,
                    )


async def _worked(outside: SystemClient) -> dict[str, str]:
    """Run the planners, break a connector's URI and a back office, and return the paths of all
    views.
    """
    await asyncio.sleep(WORK_S / 2)
    connectors = {one["name"]: one for one in (await outside.api("GET", "/connectors"))["items"]}
    nav = connectors["CRONUS NAV"]
    await outside.api(
        "PUT", f"/connectors/{nav['connector_id']}", json=_as_entered(nav) | {"uri": None}
    )
    await outside.simulator("PUT", "/back-offices/crm/faults", json={"status": 403})
    await asyncio.sleep(WORK_S / 2)
    await outside.simulator("DELETE", "/back-offices/crm/faults")
    causes = await _until(lambda: _causes(outside), "failures at two back offices")
    await outside.api(
        "PUT", f"/causes/{causes[0]['cause']}/note", json={"text": "The URI is being mended."}
    )
    await outside.api(
        "POST",
        "/users",
        json={"name": "operator1", "role": "operator", "password": "made-up walrus lantern 17"},
    )
    await outside.api(
        "POST",
        "/users",
        json={"name": "viewer1", "role": "viewer", "password": "made-up walrus lantern 18"},
    )
    crm = [one for one in causes if one["connector_name"] == "CRONUS CRM"]
    operation = await outside.api(
        "POST",
        "/operations",
        json={"kind": "retry", "filter": {"cause": [one["cause"] for one in crm]}, "per_second": 2},
    )
    [failed] = (
        await outside.api("GET", "/deliveries", params={"status": "Invalid MBOC URI", "limit": "1"})
    )["items"]
    retried = await _until(lambda: _retried(outside), "a successful retry")
    key = retried["appointment"]["key"].replace("/", "%2F")
    return {
        "failure": f"/errors/{failed['delivery_id']}",
        "causes": "/errors?view=groups",
        "appointment": f"/appointments/{key}",
        "timeline": f"/appointments/{key}?tab=timeline",
        "connector": f"/connectors/{nav['connector_id']}",
        "import": "/connectors/import",
        "operation": f"/operations/{operation['operation_id']}",
    } | {view: f"/{view}" if view != "home" else "/" for view in VIEWS}


def _as_entered(connector: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a connector that a client sends to change it."""
    return {
        name: value
        for name, value in connector.items()
        if name not in {"connector_id", "modified_at", "secrets", "header_names"}
    }


async def _until(ask: Callable[[], Awaitable[T | None]], condition: str) -> T:
    """Ask again until there is an answer. Raises TimeoutError that names the condition."""
    deadline = time.monotonic() + WAITING_TIMEOUT_S
    while (answer := await ask()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {WAITING_TIMEOUT_S} s for {condition}")
        await asyncio.sleep(WAITING_INTERVAL_S)
    return answer


async def _retried(outside: SystemClient) -> dict[str, Any] | None:
    query = {
        "connector_name": "CRONUS CRM",
        "status": "Success",
        "trigger": "Website",
        "limit": "1",
    }
    found: list[dict[str, Any]] = (await outside.api("GET", "/deliveries", params=query))["items"]
    return found[0] if found else None


async def _causes(outside: SystemClient) -> list[dict[str, Any]] | None:
    found: list[dict[str, Any]] = (await outside.api("GET", "/causes"))["items"]
    return (
        found if {one["connector_name"] for one in found} >= {"CRONUS NAV", "CRONUS CRM"} else None
    )


async def _change_first_password(browser: Browser, system: System) -> None:
    """Change the administrator's first password, without which the portal shows one page only."""
    home, first = system.addresses["portal-api"], system.credentials.admin_password
    context = await a_context(browser)
    await sign_in(context, home, ADMIN, first)
    session = await (await context.request.get(f"{home}/api/session")).json()
    await context.request.put(
        f"{home}/api/session/password",
        data={"old": first, "new": PASSWORD},
        headers={"X-CSRF-Token": session["csrf_token"]},
        fail_on_status_code=True,
    )
    await context.close()


async def _pictures(
    browser: Browser, system: System, paths: dict[str, str], kind: str, **options: Any
) -> None:
    home = system.addresses["portal-api"]
    context = await a_context(browser, device_scale_factor=1, **options)
    at = await a_portal_page(context, home)
    await at.open("/login")
    await _take(at, "sign-in", kind)
    await sign_in(context, home, ADMIN, PASSWORD)
    for name, path in paths.items():
        await at.open(path)
        if name == "timeline":
            await at.page.wait_for_function(THERE)
            await at.page.get_by_role("tablist").evaluate(TO_THE_TOP)
        await _take(at, name, kind)
    async for name in _doing(at, paths):
        await _take(at, name, kind)
    await context.close()


async def _doing(at: PortalPage, paths: dict[str, str]) -> AsyncIterator[str]:
    """Yield the names of views in the middle of an action."""
    await at.open(paths["failure"])
    await at.button("Edit").click()
    yield "settings"
    await at.open(paths["errors"])
    for place in range(3):
        await at.row().nth(place).get_by_role("checkbox").check()
    await at.button("Retry All").click()
    await at.page.get_by_role("dialog").get_by_text("By cause").wait_for()
    yield "plan"
    await at.open(paths["connector"])
    await at.page.get_by_role("region", name="Compare two versions").scroll_into_view_if_needed()
    yield "versions"
    await at.open(paths["transactions"])
    await at.button("Filter").click()
    yield "filter"


async def _take(at: PortalPage, name: str, kind: str) -> None:
    await at.page.mouse.move(0, 0)
    if name != "sign-in":
        await at.page.wait_for_function(THERE)
    await at.page.wait_for_timeout(SETTLED_MS)
    picture = Image.open(io.BytesIO(await at.page.screenshot())).convert("RGB")
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture.quantize(palette=_palette(picture), dither=Image.Dither.NONE).save(
        FOLDER / f"{name}-{kind}.png", optimize=True
    )


def _palette(picture: Image.Image) -> Image.Image:
    """Return the most important colours unchanged, so that a flat background and a small coloured
    dot keep theirs.
    """
    found = picture.getcolors(picture.width * picture.height) or []
    counted = [
        (count * (1 + VIVID * (max(colour) - min(colour)) / 255), colour)
        for count, colour in found
        if isinstance(colour, tuple)
    ]
    holder = Image.new("P", (1, 1))
    holder.putpalette(
        [part for _, colour in sorted(counted, reverse=True)[:COLOURS] for part in colour]
    )
    return holder


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    asyncio.run(main())
