"""The control API of a back office: stored calls, sequences, faults and signing secret."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from common.exact_json import write_json
from simulator.back_offices.fault import read_fault
from simulator.back_offices.fault_injector import FaultInjector
from simulator.back_offices.processing import Processing
from simulator.routes.api_page import api_page
from simulator.routes.authentication import authentication
from simulator.routes.bodies import read_body, read_query
from simulator.routes.dataverse import dataverse
from simulator.routes.journal import journal
from simulator.routes.list_page import list_page
from simulator.routes.middleware import ADDRESS
from simulator.routes.page_service import page_service
from simulator.routes.webhook import webhook

if TYPE_CHECKING:
    from simulator.back_offices.back_offices import BackOffices
    from simulator.back_offices.history import StoredSnapshot


class SigningSecret(BaseModel):
    """The secret that signs calls."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    secret: str = Field(repr=False)


class RecordPage(BaseModel):
    """The range of records to list."""

    model_config = ConfigDict(extra="forbid")

    appointment: str | None = None
    after: int = Field(default=0, ge=0, description="List records with a higher number.")
    limit: int = Field(default=100, ge=1, le=1000)


class RecordSequenceQuery(BaseModel):
    """The appointment to list, or None for all."""

    model_config = ConfigDict(extra="forbid")

    appointment: str | None = None


def back_office_routes(back_offices: BackOffices) -> list[web.RouteDef]:
    """Return every route under ``/back-offices``, and the journal of all back offices."""
    protocols = [
        *webhook(back_offices),
        *page_service(back_offices),
        *api_page(back_offices),
        *list_page(back_offices),
        *dataverse(back_offices),
    ]
    return [
        *protocols,
        *authentication(back_offices),
        *_records(back_offices),
        *_faults(back_offices),
        *_secrets(back_offices),
        *_processing(back_offices),
        *journal(back_offices.journal),
    ]


def _records(back_offices: BackOffices) -> list[web.RouteDef]:
    async def show_all(_: web.Request) -> web.Response:
        return web.json_response(back_offices.counts)

    async def show(request: web.Request) -> web.Response:
        return web.json_response(back_offices.get(request.match_info["name"]).counts)

    async def clear(request: web.Request) -> web.Response:
        back_offices.clear(request.match_info["name"])
        return web.Response(status=204)

    async def records(request: web.Request) -> web.Response:
        page = read_query(RecordPage, request.query)
        found = back_offices.get(request.match_info["name"]).records(
            page.appointment, page.after, page.limit
        )
        following = found[-1].number if len(found) == page.limit else None
        shown = {"records": [record.as_json for record in found], "next": following}
        return web.json_response(shown, dumps=write_json)

    async def sequences(request: web.Request) -> web.Response:
        wanted = read_query(RecordSequenceQuery, request.query)
        found = back_offices.get(request.match_info["name"]).sequences(wanted.appointment)
        return web.json_response(
            {key: [_shown(step) for step in sequences] for key, sequences in found.items()}
        )

    return [
        web.get("/back-offices", show_all),
        web.get(ADDRESS, show),
        web.delete(ADDRESS, clear),
        web.get(f"{ADDRESS}/records", records),
        web.get(f"{ADDRESS}/sequences", sequences),
    ]


def _faults(back_offices: BackOffices) -> list[web.RouteDef]:
    address = f"{ADDRESS}/faults"

    async def show(request: web.Request) -> web.Response:
        injector = back_offices.get(request.match_info["name"]).fault_injector
        return web.json_response(injector.state if injector else None)

    async def put(request: web.Request) -> web.Response:
        injector = FaultInjector(read_fault(await request.read()))
        back_offices.get_or_create(request.match_info["name"]).fault_injector = injector
        return web.json_response(injector.state)

    async def remove(request: web.Request) -> web.Response:
        back_offices.get(request.match_info["name"]).fault_injector = None
        return web.Response(status=204)

    return [web.get(address, show), web.put(address, put), web.delete(address, remove)]


def _secrets(back_offices: BackOffices) -> list[web.RouteDef]:
    address = f"{ADDRESS}/secret"

    async def put(request: web.Request) -> web.Response:
        secret = read_body(SigningSecret, await request.read()).secret
        back_offices.get_or_create(request.match_info["name"]).require_signatures(secret)
        return web.Response(status=204)

    async def remove(request: web.Request) -> web.Response:
        back_offices.get(request.match_info["name"]).require_signatures(None)
        return web.Response(status=204)

    return [web.put(address, put), web.delete(address, remove)]


def _processing(back_offices: BackOffices) -> list[web.RouteDef]:
    address = f"{ADDRESS}/processing"

    async def show(request: web.Request) -> web.Response:
        processing = back_offices.get(request.match_info["name"]).processing
        return web.json_response(processing.model_dump() if processing else None)

    async def put(request: web.Request) -> web.Response:
        processing = read_body(Processing, await request.read())
        back_offices.get_or_create(request.match_info["name"]).processing = processing
        return web.json_response(processing.model_dump())

    async def remove(request: web.Request) -> web.Response:
        back_offices.get(request.match_info["name"]).processing = None
        return web.Response(status=204)

    return [web.get(address, show), web.put(address, put), web.delete(address, remove)]


def _shown(step: StoredSnapshot) -> dict[str, Any]:
    return {
        name: value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
        for name, value in step._asdict().items()
    }
