"""The control API of the planners: their rate, and single changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from simulator.routes.bodies import read_body

if TYPE_CHECKING:
    from simulator.planners.planners import Planners


class PlannerRate(BaseModel):
    """The rate of changes."""

    model_config = ConfigDict(extra="forbid")

    rate: float = Field(
        ge=0, le=10_000, allow_inf_nan=False, description="Changes per second. 0 = idle."
    )


class ChangeRequest(BaseModel):
    """One change. With a source app, the creation of an appointment of that source app."""

    model_config = ConfigDict(extra="forbid")

    source_app: str | None = Field(default=None, min_length=1, max_length=100)


def planners(work: Planners) -> list[web.RouteDef]:
    """Return ``GET /planners``, ``PUT /planners`` and ``POST /planners/one``."""

    async def show(_: web.Request) -> web.Response:
        return web.json_response(work.counts)

    async def set_rate(request: web.Request) -> web.Response:
        work.set_rate(read_body(PlannerRate, await request.read()).rate)
        return web.json_response(work.counts)

    async def post_one(request: web.Request) -> web.Response:
        wanted = read_body(ChangeRequest, await request.read() or b"{}")
        posted = await work.post_one(wanted.source_app)
        change = posted.change
        return web.json_response(
            {
                "transaction_id": posted.transaction_id,
                "appointment_id": change.appointment_id,
                "action": change.action,
                "source_app": change.source_app,
                "modified_at": change.modified_at.isoformat(timespec="milliseconds"),
            }
        )

    return [
        web.get("/planners", show),
        web.put("/planners", set_rate),
        web.post("/planners/one", post_one),
    ]
