"""The problem document, and the problems that a route can answer with."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from portal_api.schemas.examples import PROBLEM


class FieldProblem(BaseModel):
    """A field of the request that is wrong."""

    field: str
    message: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(json_schema_extra={"example": PROBLEM})

    type: str = Field(
        description=(
            "`about:blank`, or the step that the user must take before the request can be "
            "repeated: `urn:mboc:step:verification`, `urn:mboc:step:password` or "
            "`urn:mboc:step:second_factor`."
        )
    )
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
    error_id: str | None = Field(
        default=None, description="Only of a 500: the id of the log line that describes the error."
    )


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for status, text in {
        400: "The body cannot be read.",
        401: "The request has no session, or its API key is wrong, revoked or expired.",
        403: (
            "The request needs a higher role, the CSRF token of the session, or a step of the user "
            "that `type` names."
        ),
        404: "The item does not exist.",
        409: "The item was changed since it was read.",
        410: "The content was deleted.",
        413: "The body is too large.",
        415: "The Content-Type is not one that the route reads.",
        422: "A field is missing or wrong. `errors` names it.",
        503: "MongoDB, RabbitMQ or every dispatcher is unavailable.",
        429: "Too many wrong passwords, codes or API keys. `Retry-After` is the wait in seconds.",
        504: "No dispatcher answered in time.",
    }.items()
}
