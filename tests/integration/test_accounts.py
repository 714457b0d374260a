"""Accounts: the roles that may change them, and the sessions that a change ends."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from common.sealing import KeyRing
from portal_api.accounts.config import AuthConfig
from portal_api.accounts.roles import Role
from portal_api.build_auth import build_auth
from portal_api.errors import ConflictError
from portal_api.store.account_changes import AccountChanges
from portal_api.store.users import Users
from tests.support.api_user import PASSWORD, ApiUser, a_name, a_user
from tests.support.database import Database
from tests.support.system import System

OTHER = "other made-up words 5"


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "\ud800 made-up words",
        "password1234",
        "qwertyuiop12",
        "aaaaaaaaaaaaaaa",
        "x" * 201,
    ],
)
async def test_a_weak_password_is_refused_wherever_it_is_given(
    system: System, password: str
) -> None:
    user = await a_user(system)

    answers = [
        await system.api(
            "POST", "/users", json={"name": a_name(), "role": "viewer", "password": password}
        ),
        await system.api("POST", f"/users/{user.name}/password", json={"password": password}),
        await user.ask("PUT", "/session/password", {"old": user.password, "new": password}),
    ]

    assert [(status, answer["errors"][0]["field"]) for status, answer in answers] == [
        (422, "password"),
        (422, "password"),
        (422, "new"),
    ]
    assert password not in str(answers)


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", "a" * 65, "a/b", "ünder", "a\u0000b"])
async def test_an_invalid_name_is_refused(system: System, name: str) -> None:
    status, problem = await system.api(
        "POST", "/users", json={"name": name, "role": "viewer", "password": PASSWORD}
    )

    assert (status, problem["errors"][0]["field"]) == (422, "name")


async def test_a_name_is_given_once(system: System) -> None:
    user = await a_user(system, signed_in=False)

    status, problem = await system.api(
        "POST", "/users", json={"name": user.name.upper(), "role": "admin", "password": PASSWORD}
    )

    assert (status, problem["detail"]) == (
        409,
        f"The user name {user.name} is taken: choose another name",
    )


async def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(
    system: System,
) -> None:
    here = await a_user(system)
    there = ApiUser(system, here.name)
    await there.sign_in()

    assert (await here.ask("PUT", "/session/password", {"old": here.password, "new": OTHER}))[
        0
    ] == 204

    assert [(await user.ask("GET", "/session"))[0] for user in (here, there)] == [200, 401]
    assert [
        (await ApiUser(system, here.name).sign_in(password))[0] for password in (PASSWORD, OTHER)
    ] == [401, 200]


async def test_ones_own_password_is_not_changed_without_the_old_one(system: System) -> None:
    user = await a_user(system)

    status, problem = await user.ask("PUT", "/session/password", {"old": OTHER, "new": OTHER})

    assert (status, problem["errors"]) == (
        422,
        [{"field": "old", "message": "is not your password"}],
    )
    assert (await ApiUser(system, user.name).sign_in())[0] == 200


@pytest.mark.parametrize(
    "change", [{"enabled": False}, {"role": "operator"}, {"role": "viewer", "enabled": False}]
)
async def test_a_changed_role_and_disabling_end_every_session(
    system: System, change: dict[str, Any]
) -> None:
    user = await a_user(system, "admin")

    status, answer = await system.api("PUT", f"/users/{user.name}", json=change)

    assert (status, {field: answer[field] for field in change}) == (200, change)
    assert (await user.ask("GET", "/session"))[0] == 401


async def test_a_change_that_changes_nothing_ends_nothing(system: System) -> None:
    user = await a_user(system)

    assert (
        await system.api("PUT", f"/users/{user.name}", json={"role": "viewer", "enabled": True})
    )[0] == 200

    assert (await user.ask("GET", "/session"))[0] == 200


async def test_a_disabled_account_can_be_enabled_again(system: System) -> None:
    user = await a_user(system, signed_in=False)
    for enabled, status in ((False, 401), (True, 200)):
        await system.api("PUT", f"/users/{user.name}", json={"enabled": enabled})

        assert (await user.sign_in())[0] == status


async def test_a_new_role_counts_from_the_next_sign_in(system: System) -> None:
    user = await a_user(system, signed_in=False)
    await system.api("PUT", f"/users/{user.name}", json={"role": "admin"})

    await user.sign_in()

    assert (await user.ask("GET", "/users"))[0] == 200


@pytest.mark.parametrize("change", [{"enabled": False}, {"role": "operator"}])
async def test_of_admins_that_disable_each_other_at_once_one_is_left(
    empty_database: Database, change: dict[str, Any]
) -> None:
    store, changes = Users(empty_database), AccountChanges(empty_database)
    names = [a_name() for _ in range(4)]
    for name in names:
        await store.create(name, Role.ADMIN, "a hash")

    answers = await asyncio.gather(
        *(changes.change(name, change) for name in names), return_exceptions=True
    )

    assert [type(answer) for answer in answers if isinstance(answer, BaseException)] == [
        ConflictError
    ]
    assert await empty_database["users"].count_documents({"role": "admin", "enabled": True}) == 1


async def test_the_first_administrator_is_created_only_without_accounts(
    empty_database: Database,
) -> None:
    first_admin = build_auth(empty_database, KeyRing({}), AuthConfig()).first_admin

    made = await asyncio.gather(
        *(first_admin.create_if_no_account_exists("admin", PASSWORD, "a setting") for _ in range(2))
    )
    later = await first_admin.create_if_no_account_exists("other", PASSWORD, "a setting")

    assert (sorted(made), later) == ([False, True], False)
    assert [user["_id"] async for user in empty_database["users"].find()] == ["admin"]


async def create_admin(system: System, name: str, password: str) -> tuple[int, str]:
    """Run the command as an operator does, and return its exit code and output."""
    program, pipe = Path(sys.executable).with_name("mboc-portal-api"), asyncio.subprocess.PIPE
    words = (program, "create-admin", name)
    process = await asyncio.create_subprocess_exec(
        *words, env=system.environment(), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(process.communicate(f"{password}\n".encode()), 30)
    return process.returncode or 0, said.decode()


async def test_an_administrator_is_created_from_the_command_line(system: System) -> None:
    name = a_name()

    assert await create_admin(system, name, PASSWORD) == (
        0,
        f"Created: {name}, an administrator.\n",
    )

    user = ApiUser(system, name)
    assert (await user.sign_in())[1]["role"] == "admin"
    assert await create_admin(system, name, PASSWORD) == (
        1,
        f"Stopped: The user name {name} is taken: choose another name.\n",
    )
    _, lines = await system.api("GET", "/audit", params={"action": "create_admin", "target": name})
    assert [(entry["who"], entry["outcome"]) for entry in lines["items"]] == [
        ("create-admin", 409),
        ("create-admin", 201),
    ]


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [("a b", PASSWORD, "the name must begin"), ("nobody-yet", "short", "12 to 128 characters")],
)
async def test_the_command_refuses_in_one_sentence(
    system: System, name: str, password: str, said: str
) -> None:
    code, printed = await create_admin(system, name, password)

    assert (code, said in printed, len(printed.splitlines())) == (1, True, 1)
