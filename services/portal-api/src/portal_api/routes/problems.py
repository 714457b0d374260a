"""How the API answers what cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from common import problem
from portal_api.errors import (
    BadCursorError,
    ConflictError,
    DispatcherAwayError,
    NotFoundError,
    PortalError,
    StoreAwayError,
    UnconfirmedError,
    UnreadableError,
    WrongFieldError,
)

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

STATUSES: dict[type[PortalError], int] = {
    NotFoundError: 404,
    ConflictError: 409,
    BadCursorError: 422,
    WrongFieldError: 422,
    UnreadableError: 422,
    StoreAwayError: 503,
    UnconfirmedError: 503,
    DispatcherAwayError: 504,
}
RETRY_AFTER_S = 5


class FieldProblem(BaseModel):
    """One bad field."""

    field: str
    message: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, text in {
        400: "The body cannot be read.",
        401: "The API key is missing or wrong.",
        403: "It needs a higher role.",
        404: "There is no such thing.",
        409: "It was changed since it was read.",
        422: "A field is missing or wrong; `errors` names it.",
        503: "MongoDB or RabbitMQ cannot be reached now.",
        504: "No dispatcher answered in time.",
    }.items()
}


def install(app: FastAPI) -> None:
    """Have every error answered by a problem document."""
    problem.install(app)

    async def answer(_: Request, error: Exception) -> Response:
        status = STATUSES[type(error)] if isinstance(error, PortalError) else 500
        field = _fields(error)
        headers = {"Retry-After": str(RETRY_AFTER_S)} if isinstance(error, StoreAwayError | UnconfirmedError) else None
        return problem.problem(status, str(error), field, headers)

    app.add_exception_handler(PortalError, answer)


def _fields(error: Exception) -> list[dict[str, str]]:
    match error:
        case BadCursorError():
            return [{"field": "after", "message": "is not a key that this list gave out"}]
        case WrongFieldError(field=field):
            return [{"field": field, "message": str(error)}]
        case UnreadableError():
            return [{"field": "body", "message": str(error)}]
    return []
