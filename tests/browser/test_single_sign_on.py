"""Sign-in with a real OpenID Connect provider on another site, in Chromium."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from local_stack.servers.ports import random_free_port
from tests.browser.test_accessibility import violations
from tests.support.api_user import a_user
from tests.support.identity_provider import identity_provider
from tests.support.oidc_browser import redirect_uri, start_portal
from tests.support.system import System
from tools.website.portal_page import PortalPage, a_context

NAME = "portal-api-single-sign-on"
RUN = uuid.uuid4().hex[:6]
PEOPLE = {
    f"olga-{RUN}": ["Planners"],
    f"ada-{RUN}": ["Guests", "IT"],
    f"vera-{RUN}": ["Readers"],
    f"nora-{RUN}": ["Guests"],
    f"dan-{RUN}": ["Planners"],
    f"lea-{RUN}": ["Planners"],
}


@pytest.fixture(scope="module")
async def home(system: System) -> AsyncIterator[str]:
    """The address of a portal that signs accounts in with the provider."""
    port = random_free_port()
    accounts = {login: {"realm_access": {"roles": roles}} for login, roles in PEOPLE.items()}
    async with identity_provider(redirect_uri(port), accounts) as issuer:
        service = await start_portal(
            system,
            NAME,
            issuer,
            port=port,
            PORTAL_API_OIDC_LABEL="CRONUS",
            PORTAL_API_OIDC_ROLES_CLAIM="realm_access.roles",
            PORTAL_API_OIDC_ROLES=json.dumps(
                {"Readers": "viewer", "Planners": "operator", "IT": "admin"}
            ),
        )
        yield service.url
        await system.stop(NAME)


@dataclass
class Visitor:
    """A person with a browser of their own."""

    context: BrowserContext
    page: Page
    home: str
    faults: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Open a page of the portal."""
        await self.page.goto(self.home + path)

    async def sign_in(self, login: str) -> None:
        """Press the button, and sign in at the provider."""
        await self.page.get_by_role("link", name="Sign in with CRONUS").click()
        await self.sign_in_at_provider(login)

    async def sign_in_at_provider(self, login: str) -> None:
        """Sign in at the provider's page."""
        await self.page.wait_for_url("http://localhost:*/interaction/**")
        await self.page.locator("input[name=login]").fill(login)
        await self.page.locator("input[name=password]").fill("any")
        await self.page.get_by_role("button", name="Sign-in").click()


@pytest.fixture
async def visitor(browser: Browser, home: str) -> AsyncIterator[Visitor]:
    context = await a_context(browser)
    page = await context.new_page()
    visitor = Visitor(context, page, home)
    page.on("pageerror", lambda error: visitor.faults.append(str(error)))
    yield visitor
    await context.close()
    assert visitor.faults == []


async def test_a_person_signs_in_with_the_provider_and_returns_to_the_page(
    visitor: Visitor,
) -> None:
    await visitor.open("/errors?status=Failed")
    await visitor.page.wait_for_url("**/login")

    await visitor.sign_in(f"olga-{RUN}")

    await visitor.page.wait_for_url(f"{visitor.home}/errors?status=Failed")
    await visitor.page.get_by_role("heading", name="Error Tracking", level=1).wait_for()
    cookies = await visitor.context.cookies(visitor.home)
    assert [(cookie["name"], cookie["sameSite"]) for cookie in cookies] == [
        ("__Host-mboc_session", "Strict")
    ]


@pytest.mark.parametrize(
    ("login", "role", "sees_users"),
    [("ada", "Admin", True), ("vera", "Viewer", False)],
)
async def test_the_role_comes_from_the_claim(
    visitor: Visitor, login: str, role: str, *, sees_users: bool
) -> None:
    await visitor.open("/login")

    await visitor.sign_in(f"{login}-{RUN}")

    await visitor.page.get_by_role("heading", level=1).wait_for()
    await visitor.page.get_by_role("button", name="Account", exact=True).click()
    await visitor.page.get_by_text(f"{login}-{RUN} · {role}").wait_for()
    await visitor.page.keyboard.press("Escape")
    assert await visitor.page.get_by_role("link", name="Users").count() == int(sees_users)


async def test_a_person_without_a_role_reads_the_reason(visitor: Visitor) -> None:
    await visitor.open("/login")

    await visitor.sign_in(f"nora-{RUN}")

    alert = visitor.page.get_by_role("alert")
    await alert.get_by_text("You have no role in this portal").wait_for()
    await alert.get_by_text("PORTAL_API_OIDC_ROLES_CLAIM").wait_for()
    assert (await visitor.context.request.get(f"{visitor.home}/api/session")).status == 401


async def test_the_page_shows_no_text_from_its_address(visitor: Visitor) -> None:
    await visitor.open("/login?refused=Call+555+now&error_description=Call+555+now")

    await visitor.page.get_by_role("alert").wait_for()

    assert "555" not in await visitor.page.locator("main").inner_text()


async def test_signing_out_ends_the_session_of_the_portal(visitor: Visitor) -> None:
    await visitor.open("/login")
    await visitor.sign_in(f"dan-{RUN}")
    await visitor.page.get_by_role("button", name="Account", exact=True).click()

    await visitor.page.get_by_role("menuitem", name="Sign out").click()

    await visitor.page.get_by_role("link", name="Sign in with CRONUS").wait_for()
    assert (await visitor.context.request.get(f"{visitor.home}/api/session")).status == 401


async def test_a_local_account_signs_in_behind_the_second_button(
    visitor: Visitor, system: System
) -> None:
    user = await a_user(system, signed_in=False)
    await visitor.open("/login")
    assert await visitor.page.get_by_role("textbox").count() == 0

    await visitor.page.get_by_role("button", name="Use a local account").press("Enter")
    await visitor.page.get_by_role("textbox", name="Name").fill(user.name)
    await visitor.page.get_by_role("textbox", name="Password").fill(user.password)
    await visitor.page.get_by_role("button", name="Sign in", exact=True).click()

    await visitor.page.wait_for_url(f"{visitor.home}/")


async def test_the_sign_in_page_is_accessible_with_both_ways_and_an_error(
    visitor: Visitor,
) -> None:
    await visitor.open("/login?refused=unavailable")
    await visitor.page.get_by_role("button", name="Use a local account").click()
    at = PortalPage(visitor.page, visitor.context, visitor.home)

    await visitor.page.get_by_role("alert").get_by_text("The provider is unavailable").wait_for()

    assert await violations(at) == []


async def test_a_session_is_verified_at_the_provider(visitor: Visitor) -> None:
    await visitor.open("/login")
    await visitor.sign_in(f"lea-{RUN}")
    await visitor.page.wait_for_url(f"{visitor.home}/")

    address = "/api/session/oidc?purpose=verify&return_to=/profile"
    await visitor.page.evaluate("address => { location.href = address }", address)
    await visitor.sign_in_at_provider(f"lea-{RUN}")

    await visitor.page.wait_for_url(f"{visitor.home}/profile")
    await visitor.page.get_by_role("heading", name="Profile", level=1).wait_for()
    assert await visitor.page.get_by_label("Current password").count() == 0


async def test_another_person_does_not_verify_a_session(visitor: Visitor) -> None:
    await visitor.open("/login")
    await visitor.sign_in(f"olga-{RUN}")
    await visitor.page.wait_for_url(f"{visitor.home}/")

    address = "/api/session/oidc?purpose=verify&return_to=/profile"
    await visitor.page.evaluate("address => { location.href = address }", address)
    await visitor.sign_in_at_provider(f"ada-{RUN}")

    await visitor.page.get_by_text("You signed in as another person").wait_for()
    await visitor.page.wait_for_url(f"{visitor.home}/profile")


async def test_an_admin_sees_how_each_account_signs_in(visitor: Visitor) -> None:
    await visitor.open("/login")
    await visitor.sign_in(f"ada-{RUN}")
    await visitor.page.get_by_role("link", name="Users").click()
    row = visitor.page.locator("[data-row]").filter(has_text=f"ada-{RUN}")
    await row.get_by_text("OpenID Connect").wait_for()

    await row.get_by_role("button").click()

    dialog = visitor.page.get_by_role("dialog")
    await dialog.get_by_text("The OpenID Connect provider decides the role (Admin)").wait_for()
    assert await dialog.get_by_label("Set a new password").count() == 0
