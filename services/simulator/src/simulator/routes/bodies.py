"""Parses bodies and queries of requests. Raises InvalidFieldError with the field's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from common.problem import field_errors
from simulator.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

M = TypeVar("M", bound=BaseModel)


def read_body(model: type[M], body: bytes) -> M:
    """Return the JSON body as this model."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidFieldError(
            field_errors(error.errors(include_url=False, include_input=False))
        ) from None


def read_query(model: type[M], query: Mapping[str, str]) -> M:
    """Return the query as this model."""
    try:
        return model.model_validate(dict(query))
    except ValidationError as error:
        raise InvalidFieldError(
            field_errors(error.errors(include_url=False, include_input=False))
        ) from None
