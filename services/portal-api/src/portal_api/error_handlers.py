"""Answers every expected failure with a problem document."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from common import problem
from portal_api.errors import (
    BadCursorError,
    BusyError,
    ConflictError,
    DispatcherUnavailableError,
    ForbiddenError,
    GoneError,
    InvalidFieldError,
    LockedError,
    MappingUnavailableError,
    MediaTypeError,
    NotFoundError,
    PortalError,
    SecretsToEnterError,
    StepNeededError,
    StoreUnavailableError,
    TooManyError,
    UnconfirmedError,
    UnknownCallerError,
    UnreadableError,
)

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

STATUSES: dict[type[PortalError], int] = {
    NotFoundError: 404,
    ConflictError: 409,
    GoneError: 410,
    BadCursorError: 422,
    TooManyError: 422,
    UnreadableError: 422,
    MediaTypeError: 415,
    InvalidFieldError: 422,
    SecretsToEnterError: 422,
    UnknownCallerError: 401,
    ForbiddenError: 403,
    StepNeededError: 403,
    LockedError: 429,
    BusyError: 503,
    StoreUnavailableError: 503,
    UnconfirmedError: 503,
    MappingUnavailableError: 503,
    DispatcherUnavailableError: 504,
}
RETRY_AFTER_S = 5
STEP_TYPE = "urn:mboc:step:"
"""The type of a problem that names the step that the user must take first."""


def install(app: FastAPI) -> None:
    """Add the error handlers to the application."""
    problem.install(app)

    async def answer(_: Request, error: Exception) -> Response:
        status = STATUSES[type(error)] if isinstance(error, PortalError) else 500
        members = {"type": f"{STEP_TYPE}{error.step}"} if isinstance(error, StepNeededError) else {}
        return problem.problem(status, str(error), _fields(error), _headers(error), **members)

    app.add_exception_handler(PortalError, answer)


def _headers(error: Exception) -> dict[str, str] | None:
    match error:
        case StoreUnavailableError() | UnconfirmedError() | BusyError() | MappingUnavailableError():
            return {"Retry-After": str(RETRY_AFTER_S)}
        case LockedError():
            return {"Retry-After": str(math.ceil(error.wait.total_seconds()))}
        case UnknownCallerError():
            return {"WWW-Authenticate": "ApiKey"}
    return None


def _fields(error: Exception) -> list[dict[str, str]]:
    match error:
        case BadCursorError():
            return [
                {
                    "field": "after",
                    "message": "is not a key of this list: use the `next` of the previous page",
                }
            ]
        case InvalidFieldError():
            return [{"field": error.field, "message": error.sentence}]
        case SecretsToEnterError():
            return [
                {"field": name, "message": sentence} for name, sentence in error.sentences.items()
            ]
        case UnreadableError():
            return [{"field": "body", "message": str(error)}]
    return []
