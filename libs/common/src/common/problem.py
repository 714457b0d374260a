"""Problem documents (RFC 9457): every HTTP error names its reason and the wrong field."""

from __future__ import annotations

import json
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI
    from starlette.applications import Starlette


METHOD_NOT_ALLOWED = 405
UNREADABLE_BODY = "There was an error parsing the body"
"""FastAPI's detail of a body that Python's JSON reader cannot hold."""
NOT_JSON = "is nested too deeply, has a number of too many digits, or is not UTF-8"
MAX_ERRORS = 100
"""Most errors in one document."""
MAX_NAME_LENGTH = 100
"""Most characters of each part of a field's path, because callers choose the names of fields."""


def problem(
    status: int,
    detail: str,
    errors: Sequence[dict[str, str]] = (),
    headers: dict[str, str] | None = None,
    **members: str,
) -> Response:
    """Return an ``application/problem+json`` response. ``errors`` holds one ``{"field",
    "message"}`` per bad field. ``members`` are further members of the document.
    """
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        document["errors"] = list(errors)
    document.update(members)
    # Escaped, because a lone surrogate in the name of a field has no UTF-8.
    return Response(
        json.dumps(document), status, headers=headers, media_type="application/problem+json"
    )


def unexpected_error(error_id: str) -> Response:
    """Return the 500 of an unexpected error. The log line with its stack trace has the same id."""
    return problem(
        500,
        f"An unexpected error occurred. The log of the service describes it under {error_id}",
        error_id=error_id,
    )


def field_errors(errors: Sequence[Any]) -> list[dict[str, str]]:
    """Return the first of pydantic's errors as field and message, without the values that were
    sent.
    """
    return [
        {
            "field": ".".join(str(part)[:MAX_NAME_LENGTH] for part in e["loc"]) or "body",
            "message": message_of(e),
        }
        for e in islice(errors, MAX_ERRORS)
    ]


def message_of(error: Any) -> str:
    """Return the message of one of pydantic's errors, without its prefix."""
    return str(error["msg"]).removeprefix("Value error, ")


def install(app: FastAPI) -> None:
    """Answer every error of this app with a problem document."""
    install_for_plain_routes(app)
    from fastapi.exceptions import RequestValidationError  # noqa: PLC0415 - for typed routes

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows the type
        errors = field_errors([{**e, "loc": _field_path(e["loc"])} for e in error.errors()])
        return problem(422, f"{errors[0]['field']}: {errors[0]['message']}", errors)

    app.add_exception_handler(RequestValidationError, invalid)


def install_for_plain_routes(app: Starlette) -> None:
    """Answer the errors of routes without typed parameters with a problem document. An unexpected
    error rises to the outer layer.
    """

    async def rise(_: Request, error: Exception) -> Response:
        raise error

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - narrows the type Starlette promises
        if error.detail == UNREADABLE_BODY:
            return problem(400, f"body: {NOT_JSON}", [{"field": "body", "message": NOT_JSON}])
        allowed = {"Allow": _allowed(request)} if error.status_code == METHOD_NOT_ALLOWED else {}
        return problem(
            error.status_code, str(error.detail), headers={**(error.headers or {}), **allowed}
        )

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, rise)


def _field_path(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the path of the field, without ``body`` or ``query``. A parameter that was given
    several times has one name.
    """
    inside = loc[1:] or loc
    return (
        tuple(part for part in inside if isinstance(part, str)) or inside
        if loc[0] == "query"
        else inside
    )


def _allowed(request: Request) -> str:
    """Return every method of this address. Starlette names those of the first route only (RFC 9110,
    15.5.6).
    """
    routes = (
        route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE
    )
    return ", ".join(
        sorted({method for route in routes for method in getattr(route, "methods", None) or ()})
    )
