"""The problem document, and the problems that routes may answer with."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from portal_api.schemas.examples import PROBLEM


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
