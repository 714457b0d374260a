"""The rights of viewer, operator and admin, for every operation of the OpenAPI document."""

from __future__ import annotations

import pytest

from portal_api.accounts.roles import Role
from tests.support.api_user import ApiUser, a_user, an_api_key
from tests.support.openapi import Operation, operations, writes
from tests.support.system import System

OWN = {"sign_out", "change_own_password", "change_preferences", "create_api_key", "revoke_api_key"}
OWN |= {"dismiss_notices", "end_session", "sign_out_everywhere", "verify_session"}
OWN |= {"offer_second_factor", "confirm_second_factor", "replace_recovery_codes"}
OWN |= {"disable_second_factor", "create_saved_view", "change_saved_view", "remove_saved_view"}
"""Writes of users about themselves."""
NEEDING = [operation for operation in operations() if operation.role]


@pytest.fixture(scope="module")
async def keys(system: System) -> dict[Role, str]:
    """An API key of each role."""
    return {role: (await an_api_key(system, role))[0] for role in Role}


@pytest.fixture(scope="module")
async def users(system: System) -> dict[Role, ApiUser]:
    """A signed-in user of each role."""
    return {role: await a_user(system, role) for role in Role}


def test_every_write_needs_a_role_or_is_about_oneself() -> None:
    assert {
        operation.action
        for operation in writes()
        if operation.role is None and not operation.is_open
    } <= OWN
    assert [operation.action for operation in operations() if operation.is_open] == [
        "sign_in_with_password",
        "sign_in_with_code",
        "read_sign_in_options",
        "start_openid_connect",
        "finish_openid_connect",
    ]


def test_accounts_and_audit_are_for_administrators_alone() -> None:
    kept = [
        operation for operation in operations() if operation.path.startswith(("/users", "/audit"))
    ]

    assert len(kept) == 9
    assert {operation.role for operation in kept} == {Role.ADMIN}


@pytest.mark.parametrize("operation", NEEDING, ids=str)
async def test_a_lesser_role_is_refused(
    system: System, keys: dict[Role, str], users: dict[Role, ApiUser], operation: Operation
) -> None:
    assert operation.role is not None
    for role in Role:
        if not role.may(operation.role):
            status, problem = await ApiUser(system).ask(
                operation.method, operation.path, {}, **{"X-API-KEY": keys[role]}
            )
            assert (status, problem["detail"]) == (
                403,
                f"This needs the role {operation.role}; yours is {role}",
            )
            assert (await users[role].ask(operation.method, operation.path, {}))[0] == 403


@pytest.mark.parametrize("operation", NEEDING, ids=str)
async def test_the_required_role_is_allowed(
    system: System, keys: dict[Role, str], operation: Operation
) -> None:
    assert operation.role is not None

    status, _ = await ApiUser(system).ask(
        operation.method, operation.path, {}, **{"X-API-KEY": keys[operation.role]}
    )

    assert status not in {401, 403}


@pytest.mark.parametrize(
    "operation", [operation for operation in operations() if not operation.is_open], ids=str
)
@pytest.mark.parametrize(
    "headers", [{}, {"X-API-KEY": "wrong"}, {"Cookie": "__Host-mboc_session=wrong"}], ids=str
)
async def test_a_request_without_credentials_is_refused(
    system: System, headers: dict[str, str], operation: Operation
) -> None:
    status, _ = await ApiUser(system).ask(
        operation.method, operation.path, {} if operation.method != "GET" else None, **headers
    )

    assert status == 401


@pytest.mark.parametrize(
    "operation", [operation for operation in writes() if not operation.is_open], ids=str
)
async def test_no_write_of_a_session_without_its_token(
    users: dict[Role, ApiUser], operation: Operation
) -> None:
    status, problem = await users[Role.ADMIN].ask(
        operation.method, operation.path, {}, **{"X-CSRF-Token": ""}
    )

    assert (status, "X-CSRF-Token" in problem["detail"]) == (403, True)


async def test_a_viewer_reads_every_list_but_accounts_and_audit(
    system: System, users: dict[Role, ApiUser]
) -> None:
    lists = [
        operation
        for operation in operations()
        if operation.method == "GET"
        and not operation.role
        and not operation.is_open
        and "nothing-there" not in operation.path
    ]

    for operation in lists:
        url, cookie = (
            f"{system.services['portal-api'].url}/api{operation.path}",
            f"__Host-mboc_session={users[Role.VIEWER].cookie}",
        )
        async with system.http.get(
            url, headers={"Cookie": cookie}
        ) as answer:  # some of them never end: the status is enough
            assert answer.status == 200, operation
