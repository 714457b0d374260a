from __future__ import annotations

import pytest

from portal_api.accounts.roles import Role


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.VIEWER, {"viewer"}),
        (Role.OPERATOR, {"viewer", "operator"}),
        (Role.ADMIN, {"viewer", "operator", "admin"}),
    ],
)
def test_each_role_includes_those_before(role: Role, may: set[str]) -> None:
    assert {needed for needed in Role if role.may(needed)} == may


@pytest.mark.parametrize(
    ("one", "other", "lesser"),
    [
        ("admin", "viewer", "viewer"),
        ("viewer", "admin", "viewer"),
        ("operator", "operator", "operator"),
    ],
)
def test_the_lesser_of_two_counts(one: str, other: str, lesser: str) -> None:
    assert Role(one).at_most(Role(other)) == lesser
