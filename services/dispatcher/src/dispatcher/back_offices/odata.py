"""What Business Central's API pages and Dataverse have in common (OData v4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from dispatcher.back_offices.calls import Answer
    from dispatcher.back_offices.catalogue import Faults
    from dispatcher.back_offices.facts import Fact
    from dispatcher.errors import DeliveryError


class _Inner(BaseModel):
    code: str = ""
    message: str = ""


class _Error(BaseModel):
    error: _Inner


def refused(faults: Faults, answer: Answer) -> DeliveryError:
    """Return the error of an answer that is no success: by the OData code, which is stable,
    else by the status.
    """
    try:
        said = _Error.model_validate_json(answer.body).error
    except ValidationError:
        return faults.status(answer)
    text = f"{said.code} {said.message.partition('CorrelationId:')[0]}"
    return faults.find("odata", text, answer, text) or faults.status(answer, text)


def named(names: list[tuple[str, str]], facts: dict[str, Fact]) -> dict[str, Fact]:
    """Return the facts that have a value under their names."""
    return {name: facts[fact] for fact, name in names if facts.get(fact) is not None}
