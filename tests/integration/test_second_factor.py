"""The second factor: enrolment, codes that are accepted once, and its end."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from common.database import open_database
from common.sealing import KeyRing
from portal_api.store.second_factors import SecondFactors
from tests.support.api_user import ApiUser, a_user
from tests.support.authenticator import (
    Authenticator,
    age_verification,
    enrol,
    expire_pending,
    forget_used_codes,
)
from tests.support.system import SECRET_KEYS, System

WRONG_CODE = (
    "The code is wrong or was used before: wait for the next one, and check the clock of the phone"
)
ENDED = "The sign-in has expired: enter the name and the password again"
Enrolled = tuple[ApiUser, Authenticator, list[str]]


async def an_enrolled_user(system: System, role: str = "viewer") -> Enrolled:
    """A user with a second factor, in a browser that is not signed in."""
    user = await a_user(system, role)
    app, recovery_codes = await enrol(user)
    return ApiUser(system, user.name), app, recovery_codes


async def send_code(user: ApiUser, code: str) -> tuple[int, Any]:
    """Finish a sign-in, and store the CSRF token."""
    status, answer = await user.ask("POST", "/session/code", {"code": code})
    if status == 200:
        user.csrf_token = answer["csrf_token"]
    return status, answer


@pytest.fixture(scope="module")
async def strict(system: System) -> AsyncIterator[str]:
    """A second replica where administrators need a second factor."""
    service = await system.start(
        "portal-api", "portal-api-strict", PORTAL_API_SECOND_FACTOR="admins"
    )
    yield service.name
    await system.stop(service.name)


async def test_with_a_second_factor_the_password_alone_opens_no_session(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)

    status, answer, headers = await user.asked(
        "POST", "/session", {"name": user.name, "password": user.password}
    )

    assert (status, set(answer), user.cookie) == (202, {"expires_at"}, "")
    attributes = {part.strip().lower() for part in headers["Set-Cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "secure", "path=/"} <= attributes
    assert (await user.ask("GET", "/deliveries"))[0] == 401
    status, answer = await send_code(user, app.code())
    assert (status, answer["name"], answer["has_second_factor"]) == (200, user.name, True)
    assert (await user.ask("GET", "/deliveries"))[0] == 200


async def test_enrolment_shows_the_secret_as_text_address_and_image(system: System) -> None:
    user = await a_user(system)

    _, offer, headers = await user.asked("POST", "/session/second-factor")

    assert headers["Cache-Control"] == "no-store"
    assert offer["uri"].startswith(f"otpauth://totp/Back%20Office%20Connector:{user.name}?secret=")
    assert offer["secret"] in offer["uri"]
    assert offer["qr_code"].startswith("data:image/svg+xml")


async def test_an_offer_is_no_second_factor_until_a_code_confirms_it(system: System) -> None:
    user = await a_user(system)
    _, offer = await user.ask("POST", "/session/second-factor")
    app = Authenticator(offer["secret"])

    for code in (app.wrong_code(), app.code(-4), "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666"):
        status, problem = await user.ask("POST", "/session/second-factor/confirm", {"code": code})
        assert (status, problem["errors"][0]["field"]) == (422, "code")

    assert (await ApiUser(system, user.name).sign_in())[0] == 200


async def test_a_confirmation_without_an_offer_is_refused(system: System) -> None:
    user = await a_user(system)

    status, problem = await user.ask("POST", "/session/second-factor/confirm", {"code": "123456"})

    assert (status, problem["detail"][:28]) == (409, "There is no secret to confir")


async def test_enrolment_ends_the_other_sessions(system: System) -> None:
    here = await a_user(system)
    there = ApiUser(system, here.name)
    await there.sign_in()

    await enrol(here)

    assert [(await user.ask("GET", "/session"))[0] for user in (here, there)] == [200, 401]


async def test_a_code_is_accepted_once(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    code = app.code()
    await user.sign_in()
    assert (await send_code(user, code))[0] == 200
    again = ApiUser(system, user.name)
    await again.sign_in()

    assert (await send_code(again, code))[1]["detail"] == WRONG_CODE
    assert (await send_code(again, app.code(1)))[0] == 200


async def test_the_code_of_the_enrolment_is_used_up(system: System) -> None:
    user = await a_user(system)
    _, offer = await user.ask("POST", "/session/second-factor")
    code = Authenticator(offer["secret"]).code()
    assert (await user.ask("POST", "/session/second-factor/confirm", {"code": code}))[0] == 200
    again = ApiUser(system, user.name)
    await again.sign_in()

    assert (await send_code(again, code))[0] == 401


async def test_of_parallel_sign_ins_with_one_code_one_succeeds(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    browsers = [ApiUser(system, user.name) for _ in range(2)]
    for browser in browsers:
        assert (await browser.sign_in())[0] == 202
    code = app.code()

    answers = await asyncio.gather(*(send_code(browser, code) for browser in browsers))

    assert Counter(status for status, _ in answers) == {200: 1, 401: 1}


async def test_of_parallel_sign_ins_with_one_recovery_code_one_succeeds(system: System) -> None:
    user, _, recovery_codes = await an_enrolled_user(system)
    browsers = [ApiUser(system, user.name) for _ in range(2)]
    for browser in browsers:
        assert (await browser.sign_in())[0] == 202

    answers = await asyncio.gather(*(send_code(one, recovery_codes[0]) for one in browsers))

    assert Counter(status for status, _ in answers) == {200: 1, 401: 1}


@pytest.mark.parametrize("steps", [-3, 3])
async def test_codes_of_a_wrong_clock_are_refused(system: System, steps: int) -> None:
    user, app, _ = await an_enrolled_user(system)
    await user.sign_in()

    assert (await send_code(user, app.code(steps)))[1]["detail"] == WRONG_CODE


@pytest.mark.parametrize(
    "code", ["abcdef", "12345", "1234567", "\ud83d", " ", "\u0967" * 6, "0" * 64]
)
async def test_a_text_that_is_no_code_is_refused(system: System, code: str) -> None:
    user, _, _ = await an_enrolled_user(system)
    await user.sign_in()

    status, problem = await send_code(user, code)

    assert (status, code in str(problem)) in {(401, False), (422, False), (401, True)}
    assert user.cookie == ""


async def test_a_code_may_have_blanks_and_full_width_digits(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    await user.sign_in()
    code = app.code()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert (await send_code(user, f" {wide[:3]} {wide[3:]} "))[0] == 200


async def test_a_recovery_code_is_accepted_once_in_any_spelling(system: System) -> None:
    user, _, recovery_codes = await an_enrolled_user(system)
    assert len(set(recovery_codes)) == 10
    first, second = recovery_codes[:2]
    await user.sign_in()
    assert (await send_code(user, first.lower().replace("-", " ")))[0] == 200
    again = ApiUser(system, user.name)
    await again.sign_in()

    assert (await send_code(again, first))[0] == 401
    assert (await send_code(again, second))[0] == 200
    state = (await user.ask("GET", "/session/second-factor"))[1]
    assert state["recovery_codes_left"] == 8


async def test_new_recovery_codes_end_the_earlier_ones(system: System) -> None:
    owner = await a_user(system)
    _, earlier = await enrol(owner)

    _, answer = await owner.ask("POST", "/session/second-factor/recovery-codes")

    user = ApiUser(system, owner.name)
    await user.sign_in()
    assert (await send_code(user, earlier[0]))[0] == 401
    assert (await send_code(user, answer["recovery_codes"][0]))[0] == 200


async def test_no_secret_and_no_recovery_code_is_stored_in_plain_text(system: System) -> None:
    user = await a_user(system)
    _, offer = await user.ask("POST", "/session/second-factor")
    code = Authenticator(offer["secret"]).code()
    _, answer = await user.ask("POST", "/session/second-factor/confirm", {"code": code})

    database = open_database(system.mongodb_url, system.database)
    stored = str(await database["users"].find_one({"_id": user.name}))
    audited = str(await database["audit"].find({"target": user.name}).to_list(None))
    _, listed = await system.api("GET", "/users", params={"limit": "200"})

    plain = [code.replace("-", "") for code in answer["recovery_codes"]]
    for secret in (offer["secret"], *answer["recovery_codes"], *plain):
        assert secret not in stored + audited + str(listed)


async def test_an_expired_sign_in_takes_no_code(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    await user.sign_in()
    await expire_pending(user)

    assert (await send_code(user, app.code()))[1]["detail"] == ENDED


async def test_a_code_of_a_browser_without_the_password_is_refused(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    await user.sign_in()
    other = ApiUser(system, user.name)

    status, problem = await send_code(other, app.code())

    assert (status, problem["detail"]) == (401, ENDED)
    other.pending_cookie = "made-up"
    assert (await send_code(other, app.code()))[0] == 401
    assert (await send_code(user, app.code()))[0] == 200


async def test_a_pending_sign_in_is_used_once(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    await user.sign_in()
    assert (await send_code(user, app.code()))[0] == 200

    assert (await send_code(user, app.code(1)))[1]["detail"] == ENDED


async def test_a_pending_sign_in_opens_nothing_else(system: System) -> None:
    user, _, _ = await an_enrolled_user(system)
    await user.sign_in()
    as_session = ApiUser(system, user.name, cookie=user.pending_cookie)

    assert (await as_session.ask("GET", "/session"))[0] == 401


async def test_a_reset_password_ends_a_pending_sign_in(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    await user.sign_in()
    await system.api(
        "POST", f"/users/{user.name}/password", json={"password": "other made-up words 5"}
    )

    assert (await send_code(user, app.code()))[1]["detail"] == ENDED


async def test_wrong_codes_lock_the_account_like_wrong_passwords(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    assert (await user.sign_in())[0] == 202

    answers = [(await send_code(user, app.wrong_code()))[0] for _ in range(5)]

    assert answers == [401] * 4 + [429]
    assert (await send_code(user, app.code()))[0] == 429
    assert (await user.sign_in())[0] == 429


async def test_a_right_password_between_wrong_codes_forgets_no_failure(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)

    answers = []
    for _ in range(3):
        answers.append((await user.sign_in())[0])
        answers.append((await send_code(user, app.wrong_code()))[0])

    assert answers == [202, 401, 202, 401, 202, 429]


async def test_a_signed_in_guesser_of_codes_gains_no_guess_by_the_old_password(
    system: System,
) -> None:
    user = await a_user(system)
    app, _ = await enrol(user)
    guess = {"password": user.password, "code": app.wrong_code()}
    change = {"old": user.password, "new": "weak"}

    answers = []
    for _ in range(3):
        answers.append((await user.ask("POST", "/session/verification", guess))[0])
        answers.append((await user.ask("PUT", "/session/password", change))[0])

    assert answers == [422] * 5 + [429]


async def test_refused_codes_are_in_the_audit(system: System) -> None:
    user, app, _ = await an_enrolled_user(system)
    await user.sign_in()
    await send_code(user, app.wrong_code())

    _, lines = await system.api(
        "GET", "/audit", params={"action": "sign_in_with_code", "target": user.name}
    )

    assert [entry["outcome"] for entry in lines["items"]] == [401]


async def test_the_owner_disables_the_second_factor_with_password_and_code(
    system: System,
) -> None:
    user = await a_user(system)
    app, recovery_codes = await enrol(user)
    refused = [
        {"password": "not the walrus at all", "code": app.code()},
        {"password": user.password, "code": app.wrong_code()},
        {"password": user.password},
    ]

    answers = [await user.ask("POST", "/session/second-factor/disable", one) for one in refused]
    assert [(status, answer["errors"][0]["field"]) for status, answer in answers] == [
        (422, "password"),
        (422, "code"),
        (422, "code"),
    ]

    right = {"password": user.password, "code": recovery_codes[0]}
    assert (await user.ask("POST", "/session/second-factor/disable", right))[0] == 204
    assert (await ApiUser(system, user.name).sign_in())[0] == 200


async def test_another_phone_replaces_the_first_one(system: System) -> None:
    user = await a_user(system)
    old_app, _ = await enrol(user)

    new_app, _ = await enrol(user)

    again = ApiUser(system, user.name)
    await again.sign_in()
    assert (await send_code(again, old_app.code()))[0] == 401
    assert (await send_code(again, new_app.code()))[0] == 200


async def test_an_admin_resets_a_lost_second_factor_and_the_owner_is_told(
    system: System,
) -> None:
    owner, admin = await a_user(system), await a_user(system, "admin")
    await enrol(owner)

    assert (await admin.ask("DELETE", f"/users/{owner.name}/second-factor"))[0] == 204

    assert (await owner.ask("GET", "/session"))[0] == 401
    status, answer = await owner.sign_in()
    assert (status, [(one["kind"], one["by"]) for one in answer["notices"]]) == (
        200,
        [("second_factor_reset", admin.name)],
    )
    assert (await owner.ask("DELETE", "/session/notices"))[0] == 204
    assert (await owner.ask("GET", "/session"))[1]["notices"] == []


async def test_others_cannot_reset_a_second_factor(system: System) -> None:
    operator, owner = await a_user(system, "operator"), await a_user(system)

    assert (await operator.ask("DELETE", f"/users/{owner.name}/second-factor"))[0] == 403


async def test_the_command_of_the_machine_removes_a_second_factor(system: System) -> None:
    user, _, _ = await an_enrolled_user(system, "admin")

    assert await reset(system, user.name.upper()) == (
        0,
        f"Removed: the second factor of {user.name}. Its sessions have ended.\n",
    )

    assert (await user.sign_in())[0] == 200
    _, lines = await system.api(
        "GET", "/audit", params={"action": "reset_second_factor", "target": user.name}
    )
    assert [(entry["who"], entry["outcome"]) for entry in lines["items"]] == [
        ("reset-second-factor", 204)
    ]
    assert await reset(system, "nobody-here") == (1, "Stopped: There is no user nobody-here.\n")


async def reset(system: System, name: str) -> tuple[int, str]:
    """Run the command as an operator does, and return its exit code and output."""
    program, pipe = Path(sys.executable).with_name("mboc-portal-api"), asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        program,
        "reset-second-factor",
        name,
        env=system.environment(),
        stdout=pipe,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, printed.decode()


async def test_after_rekey_the_old_key_can_go(system: System) -> None:
    user, _, _ = await an_enrolled_user(system)
    database = open_database(system.mongodb_url, system.database)
    stored = await database["users"].find_one({"_id": user.name})
    assert stored
    new = SECRET_KEYS.replace("k1:", "k2:").replace("AAEC", "BAEC")
    copy = database.client[f"{system.database}-rekey"]
    await copy["users"].insert_one(stored)

    changed = await SecondFactors(copy, KeyRing.parse(f"{new},{SECRET_KEYS}")).rekey()

    resealed = await copy["users"].find_one({"_id": user.name})
    await database.client.drop_database(copy.name)
    assert resealed
    assert (changed, resealed["second_factor"]["secret"][:3]) == (1, "k2:")


async def test_a_sealed_secret_of_another_account_opens_nothing(system: System) -> None:
    (user, app, _), (other, _, _) = [await an_enrolled_user(system) for _ in range(2)]
    database = open_database(system.mongodb_url, system.database)
    stored = await database["users"].find_one({"_id": user.name})
    assert stored
    await database["users"].update_one(
        {"_id": other.name}, {"$set": {"second_factor.secret": stored["second_factor"]["secret"]}}
    )
    await other.sign_in()

    assert (await send_code(other, app.code()))[0] == 409


async def test_where_admins_need_a_second_factor_they_can_do_nothing_before(
    system: System, strict: str
) -> None:
    admin = await a_user(system, "admin", service=strict)

    status, answer = await admin.ask("GET", "/session")
    assert (status, answer["restriction"]) == (200, "second_factor")
    for method, path in (("GET", "/deliveries"), ("GET", "/users"), ("POST", "/api-keys")):
        status, problem = await admin.ask(method, path, {})
        assert (status, problem["type"]) == (403, "urn:mboc:step:second_factor")

    await enrol(admin)

    assert (await admin.ask("GET", "/users"))[0] == 200
    assert (await admin.ask("GET", "/session"))[1]["restriction"] is None
    assert (await (await a_user(system, service=strict)).ask("GET", "/deliveries"))[0] == 200


async def test_a_required_second_factor_cannot_be_disabled(system: System, strict: str) -> None:
    admin = await a_user(system, "admin", service=strict)
    app, _ = await enrol(admin)
    proof = {"password": admin.password, "code": app.code()}

    status, problem = await admin.ask("POST", "/session/second-factor/disable", proof)

    assert (status, problem["detail"][:34]) == (409, "Your account needs a second factor")


async def test_enrolment_needs_a_recent_verification(system: System) -> None:
    user = await a_user(system)
    await age_verification(user)

    status, problem = await user.ask("POST", "/session/second-factor")
    assert (status, problem["type"]) == (403, "urn:mboc:step:verification")

    assert (await user.ask("POST", "/session/verification", {"password": user.password}))[0] == 204
    app, _ = await enrol(user)
    await age_verification(user)
    status, _ = await user.ask("POST", "/session/verification", {"password": user.password})
    assert status == 422, "an enrolled account needs a code too"
    await forget_used_codes(user)
    proof = {"password": user.password, "code": app.code()}
    assert (await user.ask("POST", "/session/verification", proof))[0] == 204
