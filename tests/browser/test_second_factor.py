"""The second factor and the password again, as a user meets them on the website."""

from __future__ import annotations

import re

from tests.browser.conftest import OpenPortal
from tests.browser.test_accessibility import violations
from tests.support.api_user import PASSWORD, ApiUser, a_user
from tests.support.authenticator import Authenticator, age_verification, forget_used_codes
from tests.support.system import System
from tools.website.portal_page import PortalPage

OTHER = "other made-up words 5"


async def fill(at: PortalPage, label: str, text: str) -> None:
    """Fill the field with exactly this label."""
    await at.page.get_by_label(re.compile(f"^{label}")).fill(text)


async def enrol_in_the_profile(at: PortalPage) -> tuple[Authenticator, list[str]]:
    """Set up a second factor on the profile page. Return the app and the recovery codes."""
    await at.open("/profile")
    await at.button("Set up a second factor").click()
    await at.button("Show the QR code").click()
    dialog = at.page.get_by_role("dialog")
    await dialog.get_by_role("img", name="QR code").wait_for()
    app = Authenticator((await dialog.locator("code").inner_text()).replace(" ", ""))
    assert await violations(at) == []
    await fill(at, "Code", app.wrong_code())
    await at.button("Confirm").click()
    await at.sees("is not the present code of the app")
    await fill(at, "Code", app.code())
    await at.button("Confirm").click()
    codes = dialog.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    await codes.first.wait_for()
    assert await violations(at) == []
    assert not await at.button("Finish").is_enabled()
    recovery_codes = await codes.all_inner_texts()
    await at.page.get_by_label("I have stored the recovery codes").check()
    await at.button("Finish").click()
    await at.sees("10 recovery codes left")
    return app, recovery_codes


async def sign_in(at: PortalPage, user: ApiUser) -> None:
    """Enter the name and the password on the sign-in page."""
    await at.open("/login")
    await at.page.get_by_role("textbox", name="Name").fill(user.name)
    await at.page.get_by_role("textbox", name="Password").fill(user.password)
    await at.button("Sign in").click()


async def test_a_user_enrols_and_signs_in_with_a_code_that_is_accepted_once(
    system: System, open_portal: OpenPortal
) -> None:
    user = await a_user(system, signed_in=False)
    app, recovery_codes = await enrol_in_the_profile(await open_portal(user))
    assert len(recovery_codes) == 10
    await forget_used_codes(user)
    code = app.code()

    first = await open_portal(None, locale="en-US")
    await sign_in(first, user)
    await first.page.get_by_label("Code").wait_for()
    assert await violations(first) == []
    await fill(first, "Code", code)
    await first.button("Sign in").click()
    await first.button("Account").wait_for()

    second = await open_portal(None, locale="en-US")
    await sign_in(second, user)
    await fill(second, "Code", code)
    await second.button("Sign in").click()
    await second.sees("was used before")
    await fill(second, "Code", recovery_codes[0])
    await second.button("Sign in").click()
    await second.button("Account").wait_for()

    await second.open("/profile")
    await second.sees("9 recovery codes left")


async def test_a_sensitive_act_asks_for_the_password_again_and_is_then_repeated(
    system: System, open_portal: OpenPortal
) -> None:
    admin = await a_user(system, "admin")
    at = await open_portal(admin)
    cookies = {cookie["name"]: cookie["value"] for cookie in await at.context.cookies()}
    await age_verification(ApiUser(system, admin.name, cookie=cookies["__Host-mboc_session"]))
    await at.open("/profile")
    await at.button("Create a key").click()
    purpose = f"export of {admin.name}"
    await fill(at, "Purpose", purpose)
    await at.page.get_by_role("dialog").get_by_role("button", name="Create a key").click()

    dialog = at.page.get_by_role("dialog", name="Enter your password again")
    await dialog.wait_for()
    assert await violations(at) == []
    await dialog.get_by_label("Your password").fill("not the walrus at all")
    await at.page.keyboard.press("Enter")
    await dialog.get_by_text("is not your password").first.wait_for()
    await dialog.get_by_label("Your password").fill(admin.password)
    await at.page.keyboard.press("Enter")

    await at.sees("Copy the key now")
    await at.page.get_by_role("cell", name=purpose, exact=True).wait_for()


async def test_a_cancelled_verification_changes_nothing_and_loses_no_entry(
    system: System, open_portal: OpenPortal
) -> None:
    admin = await a_user(system, "admin")
    at = await open_portal(admin)
    cookies = {cookie["name"]: cookie["value"] for cookie in await at.context.cookies()}
    await age_verification(ApiUser(system, admin.name, cookie=cookies["__Host-mboc_session"]))
    await at.open("/profile")
    await at.button("Create a key").click()
    await fill(at, "Purpose", "nightly export")
    await at.page.get_by_role("dialog").get_by_role("button", name="Create a key").click()
    dialog = at.page.get_by_role("dialog", name="Enter your password again")

    await dialog.get_by_role("button", name="Cancel").click()

    await at.sees("Nothing was changed")
    assert await at.page.get_by_label(re.compile("^Purpose")).input_value() == "nightly export"
    assert (await admin.ask("GET", "/api-keys?limit=200"))[0] == 200


async def test_a_password_of_another_person_must_be_changed_at_the_first_sign_in(
    system: System, open_portal: OpenPortal
) -> None:
    user = await a_user(system, signed_in=False)
    await system.api("POST", f"/users/{user.name}/password", json={"password": OTHER})
    user.password = OTHER
    at = await open_portal(None, locale="en-US")
    await sign_in(at, user)

    await at.page.get_by_role("heading", name="Change your password", level=1).wait_for()
    assert await violations(at) == []
    await fill(at, "Current password", OTHER)
    await fill(at, "New password", PASSWORD)
    await fill(at, "Repeat the new password", PASSWORD)
    await at.button("Change the password").click()

    await at.sees("Your password was reset by PORTAL_API_KEY")
    await at.page.get_by_role("heading", level=1).first.wait_for()
    assert await violations(at) == []
    await at.button("Dismiss").click()
    await at.page.get_by_text("Your password was reset").wait_for(state="detached")


async def test_the_own_sessions_are_shown_and_all_of_them_are_ended(
    system: System, open_portal: OpenPortal
) -> None:
    user = await a_user(system)
    at = await open_portal(user)
    await at.open("/profile")
    await at.page.get_by_role("cell", name="This browser").wait_for()
    await at.page.get_by_role("cell", name=user.address, exact=True).wait_for()

    await at.button("Sign out everywhere").click()

    await at.page.wait_for_url("**/login")
    assert (await user.ask("GET", "/session"))[0] == 401


async def test_an_admin_removes_a_lost_second_factor_on_the_page_of_users(
    system: System, open_portal: OpenPortal
) -> None:
    user = await a_user(system, signed_in=False)
    await enrol_in_the_profile(await open_portal(user))
    at = await open_portal(await a_user(system, "admin", signed_in=False))
    await at.open("/users?sort=-created_at")
    await at.row(user.name).get_by_text("Second factor").wait_for()
    await at.button(f"Edit {user.name}").click()

    await at.button("Remove the second factor").click()

    await at.row(user.name).get_by_text("Password only").wait_for()
    assert (await user.sign_in())[1]["notices"][0]["kind"] == "second_factor_reset"
