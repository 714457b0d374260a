"""Errors as problem documents (RFC 9457), as in the other services."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulator.errors import (
    InvalidFieldError,
    NotAcceptedError,
    RefusedError,
    SimulatorError,
    TooManyError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp.typedefs import Handler

_STATUS = {InvalidFieldError: 422, TooManyError: 409, RefusedError: 502, NotAcceptedError: 503}


def problem(
    status: int,
    detail: str,
    errors: Sequence[dict[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Return an ``application/problem+json`` response. ``errors`` holds one ``{"field",
    "message"}`` per bad field.
    """
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "detail": detail,
    }
    if errors:
        document["errors"] = list(errors)
    return web.Response(
        status=status,
        text=json.dumps(document),
        headers=headers,
        content_type="application/problem+json",
    )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer expected failures, and aiohttp's own errors, with a problem document."""
    try:
        return await handler(request)
    except SimulatorError as error:
        errors = error.errors if isinstance(error, InvalidFieldError) else ()
        headers = {"Retry-After": "5"} if isinstance(error, NotAcceptedError) else None
        return problem(_STATUS[type(error)], str(error), errors, headers)
    except web.HTTPError as error:
        headers = {name: value for name, value in error.headers.items() if name == "Allow"}
        return problem(error.status, error.reason, headers=headers)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Fault"
