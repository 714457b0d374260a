"""Puts the routes together to one API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from common.release import RELEASE
from portal_api.routes import problems
from portal_api.routes.access import knows
from portal_api.routes.docs import add_docs
from portal_api.routes.problems import PROBLEMS, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute


def build_api(routers: Sequence[APIRouter], key: str, others: Sequence[BaseRoute] = ()) -> FastAPI:
    """Return the application: ``/api`` behind the key, its documentation, and the routes every process has."""
    app = FastAPI(title="Back Office Connector", version=RELEASE, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, routes=list(others))
    common: dict[int | str, dict[str, Any]] = {status: PROBLEMS[status] for status in (400, 401, 403, 422, 503)}
    api = APIRouter(prefix="/api", dependencies=[knows(key)], responses=common)
    for router in routers:
        api.include_router(router)
    app.include_router(api)
    add_docs(app)
    problems.install(app)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Add the problem document to the schemas: no route returns it as its own answer."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= own.pop("$defs") | {"Problem": own}
        return document

    app.openapi = openapi  # type: ignore[method-assign]
