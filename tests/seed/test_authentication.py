"""Seed, Authentication: local forms accounts, with a simple authorization."""

from __future__ import annotations

from tests.support.api_user import ApiUser, a_user
from tests.support.system import System

AN_ENTRY = {"name": "Hook", "source_app": "CRONUS nowhere"}


async def test_local_forms_accounts_secure_the_system(system: System) -> None:
    stranger, known = ApiUser(system), await a_user(system)

    assert (await stranger.ask("GET", "/appointments"))[0] == 401
    assert (await stranger.sign_in())[0] == 401
    assert (await known.ask("GET", "/appointments"))[0] == 200


async def test_a_simple_authorization_defines_who_may_look_act_and_change_settings(
    system: System,
) -> None:
    viewer, operator = await a_user(system, "viewer"), await a_user(system, "operator")

    assert (
        await viewer.ask(
            "POST", "/operations/plan", {"kind": "retry", "filter": {}, "per_second": 1}
        )
    )[0] == 403
    assert (
        await operator.ask(
            "POST",
            "/operations/plan",
            {"kind": "retry", "filter": {"source_app": "CRONUS nowhere"}, "per_second": 1},
        )
    )[0] == 200
    assert (await operator.ask("POST", "/connectors", AN_ENTRY))[0] == 403
