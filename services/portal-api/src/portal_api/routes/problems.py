"""How the API answers what cannot be done."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from common import problem
from portal_api.errors import (
    BadCursorError,
    BusyError,
    ConflictError,
    DispatcherUnavailableError,
    ForbiddenError,
    InvalidFieldError,
    LockedError,
    NotFoundError,
    PortalError,
    StoreUnavailableError,
    TooManyError,
    UnconfirmedError,
    UnknownCallerError,
    UnreadableError,
)
from portal_api.routes.examples import PROBLEM

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

STATUSES: dict[type[PortalError], int] = {
    NotFoundError: 404,
    ConflictError: 409,
    BadCursorError: 422,
    TooManyError: 422,
    UnreadableError: 422,
    InvalidFieldError: 422,
    UnknownCallerError: 401,
    ForbiddenError: 403,
    LockedError: 429,
    BusyError: 503,
    StoreUnavailableError: 503,
    UnconfirmedError: 503,
    DispatcherUnavailableError: 504,
}
RETRY_AFTER_S = 5


class FieldProblem(BaseModel):
    """One bad field."""

    field: str
    message: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(json_schema_extra={"example": PROBLEM})

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for status, text in {
        400: "The body cannot be read.",
        401: "Nobody is signed in, or the API key is wrong or has ended.",
        403: "It needs a higher role, or the session's CSRF token.",
        404: "There is no such thing.",
        409: "It was changed since it was read.",
        413: "The body is too large.",
        422: "A field is missing or wrong; `errors` names it.",
        503: "MongoDB or RabbitMQ cannot be reached now.",
        429: "Too many wrong passwords; `Retry-After` says how many seconds nothing is tried.",
        504: "No dispatcher answered in time.",
    }.items()
}


def install(app: FastAPI) -> None:
    """Have every error answered by a problem document."""
    problem.install(app)

    async def answer(_: Request, error: Exception) -> Response:
        status = STATUSES[type(error)] if isinstance(error, PortalError) else 500
        return problem.problem(status, str(error), _fields(error), _headers(error))

    app.add_exception_handler(PortalError, answer)


def _headers(error: Exception) -> dict[str, str] | None:
    match error:
        case StoreUnavailableError() | UnconfirmedError() | BusyError():
            return {"Retry-After": str(RETRY_AFTER_S)}
        case LockedError():
            return {"Retry-After": str(math.ceil(error.wait.total_seconds()))}
        case UnknownCallerError():
            return {"WWW-Authenticate": "ApiKey"}
    return None


def _fields(error: Exception) -> list[dict[str, str]]:
    match error:
        case BadCursorError():
            return [{"field": "after", "message": "is not a key that this list gave out"}]
        case InvalidFieldError():
            return [{"field": error.field, "message": error.sentence}]
        case UnreadableError():
            return [{"field": "body", "message": str(error)}]
    return []
