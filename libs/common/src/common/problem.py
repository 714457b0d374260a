"""Problem documents (RFC 9457): every HTTP error names its reason and the wrong field."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI


METHOD_NOT_ALLOWED = 405
NO_TYPE = "about:blank"
"""The type of a problem that its status describes (RFC 9457, 4.2.1)."""


def problem(
    status: int,
    detail: str,
    errors: Sequence[dict[str, str]] = (),
    headers: dict[str, str] | None = None,
    kind: str = NO_TYPE,
) -> Response:
    """Return an ``application/problem+json`` response. ``errors`` holds one ``{"field",
    "message"}`` per bad field. ``kind`` is a URI that programs recognise (RFC 9457, 3.1.1).
    """
    document: dict[str, Any] = {
        "type": kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        document["errors"] = list(errors)
    return JSONResponse(
        document, status_code=status, headers=headers, media_type="application/problem+json"
    )


def field_errors(errors: Sequence[Any]) -> list[dict[str, str]]:
    """Return pydantic's errors as field and message, without the values that were sent."""
    return [
        {"field": ".".join(str(part) for part in e["loc"]) or "body", "message": message_of(e)}
        for e in errors
    ]


def message_of(error: Any) -> str:
    """Return the message of one of pydantic's errors, without its prefix."""
    return str(error["msg"]).removeprefix("Value error, ")


def install(app: FastAPI) -> None:
    """Answer every error of this app with a problem document."""
    from fastapi.exceptions import RequestValidationError  # noqa: PLC0415 - for typed routes

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows the type
        errors = field_errors([{**e, "loc": _field_path(e["loc"])} for e in error.errors()])
        return problem(422, f"{errors[0]['field']}: {errors[0]['message']}", errors)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - narrows the type Starlette promises
        allowed = {"Allow": _allowed(request)} if error.status_code == METHOD_NOT_ALLOWED else {}
        return problem(
            error.status_code, str(error.detail), headers={**(error.headers or {}), **allowed}
        )

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)


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
