"""Seed, Authentication: local accounts secure the system."""

from __future__ import annotations

from tests.browser.conftest import OpenPortal
from tests.support.api_user import ApiUser


async def test_local_accounts_secure_the_system(
    open_portal: OpenPortal, accounts: dict[str, ApiUser]
) -> None:
    at = await open_portal(None)
    await at.open("/errors?status=Failed")
    assert at.page.url.endswith("/login")

    await at.page.get_by_role("textbox", name="Name").fill(accounts["viewer"].name)
    await at.page.get_by_role("textbox", name="Password").fill(accounts["viewer"].password)
    await at.button("Sign in").click()

    await at.page.wait_for_url("**/errors?status=Failed")
    await at.page.get_by_role("heading", name="Error Tracking", level=1).wait_for()


async def test_a_wrong_password_is_refused_without_a_hint_about_accounts(
    open_portal: OpenPortal,
) -> None:
    at = await open_portal(None)
    await at.open("/login")

    await at.page.get_by_role("textbox", name="Name").fill("nobody")
    await at.page.get_by_role("textbox", name="Password").fill("not the password")
    await at.button("Sign in").click()

    await at.page.get_by_role("alert").get_by_text("The name or the password is wrong").wait_for()


async def test_signing_out_ends_the_session(open_portal: OpenPortal) -> None:
    at = await open_portal("viewer", locale="en-US")
    await at.open("/")

    await at.button("Account").click()
    await at.page.get_by_role("menuitem", name="Sign out").click()

    await at.page.wait_for_url("**/login")
    assert (await at.context.request.get(f"{at.home}/api/session")).status == 401
