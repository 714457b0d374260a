"""What is asked of a back office beside the calls themselves: what it got, and how
it shall behave.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from common.exact_json import write_json
from simulator.back_offices.fault import read_fault
from simulator.back_offices.faults import Faults
from simulator.routes.api_page import api_page
from simulator.routes.authentication import authentication
from simulator.routes.bodies import read_body, read_query
from simulator.routes.calls import calls
from simulator.routes.dataverse import dataverse
from simulator.routes.doors import ADDRESS
from simulator.routes.journal import journal
from simulator.routes.page_service import page_service

if TYPE_CHECKING:
    from simulator.back_offices.back_offices import BackOffices
    from simulator.back_offices.history import Step


class Secret(BaseModel):
    """The secret that calls must be signed with."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    secret: str = Field(repr=False)


class Page(BaseModel):
    """Which records to show."""

    model_config = ConfigDict(extra="forbid")

    appointment: str | None = None
    after: int = Field(default=0, ge=0, description="Show records numbered above this.")
    limit: int = Field(default=100, ge=1, le=1000)


class Which(BaseModel):
    """Which appointment to show; none = all."""

    model_config = ConfigDict(extra="forbid")

    appointment: str | None = None


def back_offices(offices: BackOffices) -> list[web.RouteDef]:
    """Return every route under ``/back-offices``, and the journal of all of them."""
    protocols = [*calls(offices), *page_service(offices), *api_page(offices), *dataverse(offices)]
    return [
        *protocols,
        *authentication(offices),
        *_records(offices),
        *_faults(offices),
        *_secrets(offices),
        *journal(offices.journal),
    ]


def _records(offices: BackOffices) -> list[web.RouteDef]:
    async def show_all(_: web.Request) -> web.Response:
        return web.json_response(offices.counts)

    async def show(request: web.Request) -> web.Response:
        return web.json_response(offices.look(request.match_info["name"]).counts)

    async def forget(request: web.Request) -> web.Response:
        offices.forget(request.match_info["name"])
        return web.Response(status=204)

    async def records(request: web.Request) -> web.Response:
        page = read_query(Page, request.query)
        found = offices.look(request.match_info["name"]).records(
            page.appointment, page.after, page.limit
        )
        following = found[-1].number if len(found) == page.limit else None
        shown = {"records": [record.shown for record in found], "next": following}
        return web.json_response(shown, dumps=write_json)

    async def sequences(request: web.Request) -> web.Response:
        which = read_query(Which, request.query)
        found = offices.look(request.match_info["name"]).steps(which.appointment)
        return web.json_response(
            {key: [_shown(step) for step in steps] for key, steps in found.items()}
        )

    return [
        web.get("/back-offices", show_all),
        web.get(ADDRESS, show),
        web.delete(ADDRESS, forget),
        web.get(f"{ADDRESS}/records", records),
        web.get(f"{ADDRESS}/sequences", sequences),
    ]


def _faults(offices: BackOffices) -> list[web.RouteDef]:
    address = f"{ADDRESS}/faults"

    async def show(request: web.Request) -> web.Response:
        faults = offices.look(request.match_info["name"]).faults
        return web.json_response(faults.state if faults else None)

    async def put(request: web.Request) -> web.Response:
        faults = Faults(read_fault(await request.read()))
        offices.open(request.match_info["name"]).faults = faults
        return web.json_response(faults.state)

    async def remove(request: web.Request) -> web.Response:
        offices.look(request.match_info["name"]).faults = None
        return web.Response(status=204)

    return [web.get(address, show), web.put(address, put), web.delete(address, remove)]


def _secrets(offices: BackOffices) -> list[web.RouteDef]:
    address = f"{ADDRESS}/secret"

    async def put(request: web.Request) -> web.Response:
        secret = read_body(Secret, await request.read()).secret
        offices.open(request.match_info["name"]).expect_signatures(secret)
        return web.Response(status=204)

    async def remove(request: web.Request) -> web.Response:
        offices.look(request.match_info["name"]).expect_signatures(None)
        return web.Response(status=204)

    return [web.put(address, put), web.delete(address, remove)]


def _shown(step: Step) -> dict[str, Any]:
    return {
        name: value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
        for name, value in step._asdict().items()
    }
