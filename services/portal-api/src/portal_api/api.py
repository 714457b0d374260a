"""Puts the routes together to one API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from common.release import RELEASE
from portal_api import error_handlers
from portal_api.auth.dependencies import CSRF, authenticated, same_origin
from portal_api.auth.middleware import AuthMiddleware
from portal_api.routes.docs import add_docs
from portal_api.schemas.problems import PROBLEMS, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from portal_api.build_auth import AuthComponents

WRAP = re.compile(r"(?<!\n)\n(?!\n|\||[*-] )")


def build_api(
    routers: Sequence[APIRouter],
    auth: AuthComponents,
    others: Sequence[BaseRoute] = (),
    website: Sequence[BaseRoute] = (),
) -> FastAPI:
    """Return the application: ``/api`` for those who are known, its documentation, the routes every
    process has, and behind them all the website.
    """
    app = FastAPI(
        title="Back Office Connector",
        version=RELEASE,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=list(others),
    )
    common: dict[int | str, dict[str, Any]] = {
        status: PROBLEMS[status] for status in (400, 401, 403, 413, 422, 503)
    }
    app.include_router(
        auth.sign_in, prefix="/api", dependencies=[same_origin(auth.origins)], responses=common
    )
    api = APIRouter(prefix="/api", dependencies=[authenticated(auth.audit)], responses=common)
    for router in routers:
        api.include_router(router)
    app.include_router(api)
    app.add_middleware(
        AuthMiddleware,
        authenticator=auth.authenticator,
        audit=auth.audit,
        proxies=auth.proxies,
        origins=auth.origins,
    )
    add_docs(app)
    app.router.routes.extend(website)
    error_handlers.install(app)
    _describe(app)
    return app


def unwrapped(part: Any) -> Any:
    """Return it with descriptions' wrapped lines joined: they come from docstrings.

    Swagger UI would show every line break; those of tables and lists stay.
    """
    if isinstance(part, dict):
        return {
            key: WRAP.sub(" ", value)
            if key == "description" and isinstance(value, str)
            else unwrapped(value)
            for key, value in part.items()
        }
    return [unwrapped(one) for one in part] if isinstance(part, list) else part


def _describe(app: FastAPI) -> None:
    """Add what FastAPI cannot know: the problem document, which no route returns, and the second
    token that a session's writes need.
    """
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        components = document.setdefault("components", {})
        own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components.setdefault("schemas", {}).update(own.pop("$defs") | {"Problem": own})
        text = (
            "What GET /api/session tells as csrf_token; every write with a session's cookie needs "
            "it, an API key does not."
        )
        components.setdefault("securitySchemes", {})["CsrfToken"] = {
            "type": "apiKey",
            "in": "header",
            "name": CSRF,
            "description": text,
        }
        for operations in document["paths"].values():
            for method, operation in operations.items():
                operation["security"] = [
                    _with_token(way, method) for way in operation.get("security", [])
                ]
        described: dict[str, Any] = unwrapped(document)
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _with_token(way: dict[str, list[str]], method: str) -> dict[str, list[str]]:
    return way | {"CsrfToken": []} if "Session" in way and method != "get" else way
