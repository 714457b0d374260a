"""Guessed passwords are soon locked out, and the answers reveal nothing."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from common.database import open_database
from portal_api.accounts.lockout import lockout_of_addresses, lockout_of_names
from portal_api.schemas.types import now_in_milliseconds
from portal_api.store.sign_ins import SignIns
from tests.support.api_user import ApiUser, a_name, a_user, an_address
from tests.support.database import Database
from tests.support.system import System


@pytest.fixture(scope="module")
async def quick(system: System) -> AsyncIterator[str]:
    """A second replica whose first lock-out takes three seconds."""
    service = await system.start(
        "portal-api", "portal-api-quick", PORTAL_API_LOCK_S="3", PORTAL_API_LONGEST_LOCK_S="60"
    )
    yield service.name
    await system.stop(service.name)


def the_sign_ins(system: System) -> SignIns:
    """Return the counters of the running system."""
    return counters(open_database(system.mongodb_url, system.database))


def counters(database: Database) -> SignIns:
    """Return counters with the default waits."""
    waits = timedelta(seconds=30), timedelta(hours=1)
    return SignIns(database, lockout_of_names(*waits), lockout_of_addresses(*waits))


@pytest.fixture(params=["known", "unknown"])
async def user(system: System, request: pytest.FixtureRequest) -> ApiUser:
    """A user with an account, or with a name that no account has."""
    return await a_user(system, signed_in=False) if request.param == "known" else ApiUser(system)


async def test_five_wrong_passwords_lock_a_name_that_is_there_and_one_that_is_not(
    user: ApiUser,
) -> None:
    assert await user.wrong(5) == [401] * 5

    status, problem, headers = await user.asked(
        "POST", "/session", {"name": user.name, "password": user.password}
    )

    assert (status, problem["detail"]) == (429, "Too many wrong passwords: try again later")
    assert 1 <= int(headers["Retry-After"]) <= 30
    assert user.cookie == ""


async def test_the_right_password_is_refused_while_locked_and_accepted_afterwards(
    system: System, quick: str
) -> None:
    user = await a_user(system, signed_in=False, service=quick)
    assert await user.wrong(5) == [401] * 5
    status, _, headers = await user.asked(
        "POST", "/session", {"name": user.name, "password": user.password}
    )
    assert status == 429

    await asyncio.sleep(int(headers["Retry-After"]))

    assert (await user.sign_in())[0] == 200
    assert await user.wrong(4) == [401] * 4, "the count began again"


async def test_guesses_at_once_on_two_replicas_are_counted_together(
    system: System, quick: str
) -> None:
    here = await a_user(system, signed_in=False)
    there = ApiUser(system, here.name, address=here.address, service=quick)

    answers = await asyncio.gather(*(guesser.wrong() for guesser in (here, there) * 10))

    assert Counter(status for (status,) in answers) == {401: 5, 429: 15}


async def test_an_address_that_guesses_many_names_is_locked_too(system: System) -> None:
    guesser, sign_ins = ApiUser(system), the_sign_ins(system)
    for _ in range(49):
        await sign_ins.begin(a_name(), guesser.address, now_in_milliseconds())

    answers = [await ApiUser(system, address=guesser.address).wrong() for _ in range(3)]

    assert answers == [[401], [429], [429]]
    assert (await (await a_user(system, signed_in=False)).sign_in())[0] == 200, (
        "other addresses do not notice"
    )


async def test_unknown_name_wrong_password_and_disabled_account_are_answered_alike(
    system: System,
) -> None:
    known_user, disabled, unknown_user = (
        await a_user(system, signed_in=False),
        await a_user(system, signed_in=False),
        ApiUser(system),
    )
    await system.api("PUT", f"/users/{disabled.name}", json={"enabled": False})

    answers = [
        await known_user.sign_in("not the walrus at all"),
        await unknown_user.sign_in(),
        await disabled.sign_in(),
    ]

    assert answers[0][0] == 401
    assert answers[0] == answers[1] == answers[2]


async def test_an_unknown_name_takes_as_long_as_a_known_one(system: System) -> None:
    known_user, unknown_user = await a_user(system, signed_in=False), ApiUser(system)
    taken: dict[str, list[float]] = {known_user.name: [], unknown_user.name: []}

    for user in (known_user, unknown_user) * 4:
        began = time.monotonic()
        assert await user.wrong() == [401]
        taken[user.name].append(time.monotonic() - began)

    known, unknown = (min(times) for times in taken.values())
    assert 0.5 < unknown / known < 2, taken


async def test_a_reset_password_unlocks(system: System) -> None:
    user = await a_user(system, signed_in=False)
    await user.wrong(5)

    await system.api(
        "POST", f"/users/{user.name}/password", json={"password": "other made-up words 5"}
    )

    assert (await user.sign_in("other made-up words 5"))[0] == 200


async def test_a_thief_of_a_session_cannot_guess_its_password_either(system: System) -> None:
    user = await a_user(system)
    guess = {"old": "not the walrus at all", "new": "other made-up words 5"}

    answers = [(await user.ask("PUT", "/session/password", guess))[0] for _ in range(6)]

    assert answers == [422] * 5 + [429]


async def test_wrong_passwords_from_elsewhere_keep_nobody_out(system: System) -> None:
    owner = await a_user(system, signed_in=False)
    elsewhere = [ApiUser(system, owner.name) for _ in range(3)]
    for guesser in elsewhere:
        assert await guesser.wrong(6) == [401] * 5 + [429]

    assert (await owner.sign_in())[0] == 200
    assert (await elsewhere[0].sign_in(owner.password))[0] == 429


async def test_neighbours_in_one_network_are_counted_together(system: System) -> None:
    name = a_name()
    neighbours = [ApiUser(system, name, address=f"198.51.100.{end}") for end in range(1, 7)]

    answers = [(await neighbour.wrong())[0] for neighbour in neighbours]

    assert answers == [401] * 5 + [429]


async def test_guesses_from_many_networks_are_bounded_and_the_owners_browser_still_gets_in(
    system: System,
) -> None:
    owner = await a_user(system)
    sign_ins, now = the_sign_ins(system), now_in_milliseconds()
    for _ in range(49):
        assert not await sign_ins.begin(owner.name, an_address(), now)

    answers = [(await ApiUser(system, owner.name).wrong())[0] for _ in range(3)]

    assert answers == [401, 429, 429]
    owner.address = an_address()
    assert (await owner.sign_in())[0] == 200, "a known device is not locked out"
    stranger = ApiUser(system, owner.name, device=owner.device)
    assert await stranger.wrong(6) == [401] * 5 + [429], "a stolen device has a count of its own"


async def test_the_cookie_of_a_device_is_worth_nothing_for_another_name(system: System) -> None:
    thief, owner = await a_user(system), await a_user(system, signed_in=False)
    guesser = ApiUser(system, owner.name)
    cookie, token = thief.device.split("=")
    assert await guesser.wrong(5) == [401] * 5

    for device in (thief.device, f"{cookie}={token}; {cookie[:-16]}{'0' * 16}={token}"):
        guesser.device = device
        assert await guesser.wrong() == [429]


async def test_a_device_cookie_is_out_of_reach_of_scripts_and_replaced_at_each_sign_in(
    system: System,
) -> None:
    user = await a_user(system, signed_in=False)
    _, _, headers = await user.asked(
        "POST", "/session", {"name": user.name, "password": user.password}
    )
    first = user.device
    cookie = next(line for line in headers.getall("Set-Cookie") if "mboc_device_" in line)
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-")
    assert {"httponly", "samesite=strict", "secure", "path=/", "max-age=7776000"} <= attributes

    await user.sign_in()

    assert user.device != first
    old = ApiUser(system, user.name, device=first)
    assert await old.wrong(6) == [401] * 5 + [429]
    assert (await user.sign_in())[0] == 200


async def test_a_signed_in_owner_can_change_the_password_while_strangers_guess_it(
    system: System,
) -> None:
    owner = await a_user(system)
    assert await ApiUser(system, owner.name, address=owner.address).wrong(6) == [401] * 5 + [429]
    new = {"old": owner.password, "new": "other made-up words 5"}

    assert (await owner.ask("PUT", "/session/password", new))[0] == 204


async def test_a_name_has_a_bounded_number_of_known_devices(
    empty_database: Database,
) -> None:
    sign_ins = counters(empty_database)
    for number in range(25):
        await sign_ins.remember_device("admin", f"device{number}", "", now_in_milliseconds())

    (stored,) = await empty_database["sign_ins"].find().to_list(None)

    assert [device["device"] for device in stored["devices"]] == [
        f"device{number}" for number in range(5, 25)
    ]


async def test_the_owners_own_mistakes_are_forgotten_after_a_sign_in_but_not_those_of_others(
    empty_database: Database,
) -> None:
    sign_ins = counters(empty_database)
    here, elsewhere, now = an_address(), an_address(), now_in_milliseconds()
    for address in (here, here, elsewhere, here):
        await sign_ins.begin("admin", address, now)

    await sign_ins.record_success("admin", here, now)

    left = [one["failures"] async for one in empty_database["sign_ins"].find().sort("_id", 1)]
    assert sorted(left) == [1, 1, 1, 2], "elsewhere twice, the name, and this address"
