"""Saved views: private ones, shared ones, and the criteria that a list would refuse."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from portal_api.errors import ConflictError
from portal_api.store import saved_views
from portal_api.store.saved_views import SavedViews
from tests.support.api_user import ApiUser, a_user
from tests.support.database import a_database
from tests.support.system import System

QUERY = {"status": ["Failed", "Skipped"], "job_no_begins": "OP10", "sort": "-changed_at"}


@pytest.fixture
def name() -> str:
    return f"view {uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
async def viewer(system: System) -> ApiUser:
    return await a_user(system, "viewer")


@pytest.fixture(scope="module")
async def operator(system: System) -> ApiUser:
    return await a_user(system, "operator")


@pytest.fixture(scope="module")
async def admin(system: System) -> ApiUser:
    return await a_user(system, "admin")


async def save_view(user: ApiUser, name: str, **fields: Any) -> str:
    """Save a view and return its id."""
    status, view = await user.ask(
        "POST", "/saved-views", {"name": name, "list": "deliveries", "query": QUERY} | fields
    )
    assert status == 201, view
    return str(view["saved_view_id"])


async def names(user: ApiUser, of: str = "") -> list[str]:
    _, page = await user.ask("GET", f"/saved-views?limit=200{f'&list={of}' if of else ''}")
    return [view["name"] for view in page["items"]]


async def test_a_view_is_saved_changed_and_removed(viewer: ApiUser, name: str) -> None:
    view_id = await save_view(viewer, name)

    _, kept = await viewer.ask("GET", f"/saved-views/{view_id}")
    status, changed = await viewer.ask(
        "PUT",
        f"/saved-views/{view_id}",
        {"name": name, "list": "errors", "query": {"troubled": True}},
    )
    gone, _ = await viewer.ask("DELETE", f"/saved-views/{view_id}")

    assert (kept["query"], kept["owner"], kept["mine"], kept["shared"]) == (
        QUERY,
        viewer.name,
        True,
        False,
    )
    assert (status, changed["list"], changed["query"]) == (200, "errors", {"troubled": True})
    assert gone == 204
    assert (await viewer.ask("GET", f"/saved-views/{view_id}"))[0] == 404


async def test_a_private_view_is_visible_to_its_owner_only(
    viewer: ApiUser, operator: ApiUser, admin: ApiUser, name: str
) -> None:
    own, shared = (
        await save_view(operator, name),
        await save_view(operator, f"{name} for all", shared=True),
    )

    for user in (viewer, admin):
        assert name not in await names(user)
        assert f"{name} for all" in await names(user, "deliveries")
        assert f"{name} for all" not in await names(user, "errors")
        assert (await user.ask("GET", f"/saved-views/{own}"))[0] == 404
        assert (await user.ask("GET", f"/saved-views/{shared}"))[1]["mine"] is False


async def test_a_viewer_saves_views_but_shares_none(viewer: ApiUser, name: str) -> None:
    view_id = await save_view(viewer, name)
    fields = {"name": name, "list": "deliveries", "query": {}, "shared": True}

    assert (await viewer.ask("POST", "/saved-views", fields | {"name": f"{name} 2"}))[0] == 403
    assert (await viewer.ask("PUT", f"/saved-views/{view_id}", fields))[0] == 403
    assert (await viewer.ask("GET", f"/saved-views/{view_id}"))[1]["shared"] is False


async def test_shared_views_are_changed_by_their_owner_and_by_an_admin(
    viewer: ApiUser, operator: ApiUser, admin: ApiUser, name: str
) -> None:
    view_id = await save_view(operator, name, shared=True)
    fields = {"name": name, "list": "deliveries", "query": {}}

    assert (await viewer.ask("PUT", f"/saved-views/{view_id}", fields))[0] == 403
    assert (await viewer.ask("DELETE", f"/saved-views/{view_id}"))[0] == 403
    status, after = await admin.ask("PUT", f"/saved-views/{view_id}", fields | {"shared": True})
    assert (status, after["owner"]) == (200, operator.name)
    assert (await admin.ask("DELETE", f"/saved-views/{view_id}"))[0] == 204


async def test_a_name_is_taken_once_per_owner_and_list(
    viewer: ApiUser, operator: ApiUser, name: str
) -> None:
    await save_view(viewer, name)

    status, problem = await viewer.ask(
        "POST", "/saved-views", {"name": f" {name} ", "list": "deliveries", "query": {}}
    )

    assert (status, "already" in problem["detail"]) == (409, True)
    await save_view(viewer, name, list="errors")
    await save_view(operator, name)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"query": {"status": "Odd"}}, "query.status"),
        ({"query": {"status": ["Failed", "Odd"]}}, "query.status"),
        ({"query": {"colour": "red"}}, "query.colour"),
        (
            {
                "query": {
                    "received_from": "2026-07-21T06:00:00Z",
                    "received_to": "2026-07-20T06:00:00Z",
                }
            },
            "query.received_to",
        ),
        ({"query": {"sort": "colour"}}, "query.sort"),
        ({"list": "appointments", "query": {"trigger": "Service"}}, "query.trigger"),
        ({"list": "logs", "query": {"level": "loud"}}, "query.level"),
        ({"list": "audit", "query": {"at_from": "yesterday"}}, "query.at_from"),
        ({"list": "weather"}, "list"),
        ({"name": " "}, "name"),
        ({"colour": "red"}, "colour"),
    ],
    ids=str,
)
async def test_criteria_that_the_list_refuses_are_refused(
    viewer: ApiUser, name: str, fields: dict[str, Any], field: str
) -> None:
    status, problem = await viewer.ask(
        "POST", "/saved-views", {"name": name, "list": "deliveries", "query": {}} | fields
    )

    assert status == 422
    assert problem["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("of", "query"),
    [
        ("appointments", {"status": "Failed", "connector_id": "c1", "sort": "-start"}),
        ("errors", {"search": "compressor", "attempt_from": 2}),
        ("logs", {"level": "error", "service": "dispatcher"}),
        ("audit", {"who": "somebody", "at_from": "2026-07-21T06:00:00Z"}),
    ],
)
async def test_each_list_has_views(
    viewer: ApiUser, name: str, of: str, query: dict[str, Any]
) -> None:
    await save_view(viewer, name, list=of, query=query)

    assert name in await names(viewer, of)


async def test_the_place_in_a_list_is_no_part_of_a_view(viewer: ApiUser, name: str) -> None:
    view_id = await save_view(viewer, name, query={"after": "somewhere", "limit": 20})

    assert (await viewer.ask("GET", f"/saved-views/{view_id}"))[1]["query"] == {"limit": 20}


async def test_each_owner_saves_a_limited_number_and_all_are_listed_page_by_page(
    mongodb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 5)
    async with a_database(mongodb_url) as database:
        store = SavedViews(database)
        fields: dict[str, Any] = {"list": "errors", "query": {}, "shared": True}
        for number in range(5):
            await store.create("ANNE", fields | {"name": f"view {number}"})
            await store.create("BEN", fields | {"name": f"view {number}"})

        with pytest.raises(ConflictError, match="5 saved views"):
            await store.create("ANNE", fields | {"name": "one more"})
        first, after = await store.page("ANNE", "errors", 6, None)
        second, end = await store.page("ANNE", "errors", 6, after)

    assert [view["name"] for view in first] == sorted(view["name"] for view in first)
    assert len({view["_id"] for view in first + second}) == len(first + second) == 10
    assert end is None
