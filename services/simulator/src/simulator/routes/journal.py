"""``GET /journal``: every call to any back office, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from simulator.routes.bodies import read_query

if TYPE_CHECKING:
    from simulator.back_offices.journal import Journal


class JournalPage(BaseModel):
    """The range of calls to list."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(default=0, ge=0, description="List calls with a higher number.")
    limit: int = Field(default=1000, ge=1, le=10_000)


def journal(calls: Journal) -> list[web.RouteDef]:
    """Return the route. Calls are listed in the order of their ends, and ``next`` is the start of
    the next page.
    """

    async def show(request: web.Request) -> web.Response:
        page = read_query(JournalPage, request.query)
        found = calls.entries(page.after, page.limit)
        return web.json_response(
            {
                "calls": [line._asdict() for line in found],
                "next": found[-1].number if found else page.after,
                "under_way": calls.under_way,
                "dropped": calls.dropped,
            }
        )

    return [web.get("/journal", show)]
