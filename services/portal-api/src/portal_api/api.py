"""Builds the FastAPI application from its routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from common.release import RELEASE
from portal_api import error_handlers
from portal_api.auth.dependencies import CSRF, audited, authenticated, same_origin
from portal_api.auth.middleware import AuthMiddleware
from portal_api.schemas.problems import PROBLEMS, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from portal_api.build_auth import AuthComponents

WRAP = re.compile(r"(?<!\n)\n(?!\n|\||[*-] )")


def build_api(
    routers: Sequence[APIRouter],
    auth: AuthComponents,
    process_routes: Sequence[BaseRoute] = (),
    website: Sequence[BaseRoute] = (),
) -> FastAPI:
    """Return the application: the health and metrics routes, ``/api``, and the website after all
    others.
    """
    app = FastAPI(
        title="Back Office Connector",
        version=RELEASE,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=list(process_routes),
    )
    responses: dict[int | str, dict[str, Any]] = {
        status: PROBLEMS[status] for status in (400, 401, 403, 413, 422, 429, 503)
    }
    app.include_router(
        auth.sign_in, prefix="/api", dependencies=[same_origin(auth.origins)], responses=responses
    )
    public: dict[int | str, dict[str, Any]] = {
        status: responses[status] for status in (403, 422, 429, 503)
    }
    app.include_router(auth.oidc, prefix="/api", responses=public)
    api = APIRouter(prefix="/api", dependencies=[authenticated()], responses=responses)
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                route.dependencies.append(audited())
        api.include_router(router)
    app.include_router(api)
    app.add_middleware(
        AuthMiddleware,
        authenticator=auth.authenticator,
        refusals=auth.refusals,
        proxies=auth.proxies,
        origins=auth.origins,
        cookie=auth.cookie,
    )
    app.router.routes.extend(website)
    error_handlers.install(app)
    _describe(app)
    return app


def unwrapped(part: Any) -> Any:
    """Return a part of a document with the wrapped lines of its descriptions joined.

    The descriptions come from docstrings, and Swagger UI shows every line break. The line breaks of
    tables and lists stay.
    """
    if isinstance(part, dict):
        return {
            key: WRAP.sub(" ", value)
            if key == "description" and isinstance(value, str)
            else unwrapped(value)
            for key, value in part.items()
        }
    return [unwrapped(item) for item in part] if isinstance(part, list) else part


def _describe(app: FastAPI) -> None:
    """Add the problem document and the CSRF token to the OpenAPI document.

    FastAPI does not know them, because no route returns a problem or takes the token.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        components = document.setdefault("components", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components.setdefault("schemas", {}).update(problem.pop("$defs") | {"Problem": problem})
        text = (
            "The csrf_token of GET /api/session. Every write with a session's cookie needs it. A "
            "write with an API key does not."
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
                    _with_token(scheme, method) for scheme in operation.get("security", [])
                ]
        described: dict[str, Any] = unwrapped(document)
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _with_token(scheme: dict[str, list[str]], method: str) -> dict[str, list[str]]:
    needs_token = "Session" in scheme and method != "get"
    return scheme | {"CsrfToken": []} if needs_token else scheme
