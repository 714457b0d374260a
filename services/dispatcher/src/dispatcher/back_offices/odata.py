"""The parts of OData v4 that API pages of Business Central and Dataverse share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from dispatcher.back_offices.appointment_fields import Value
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.faults import FaultTranslator
    from dispatcher.errors import DeliveryError


class _Inner(BaseModel):
    code: str = ""
    message: str = ""


class _Error(BaseModel):
    error: _Inner


def odata_error(faults: FaultTranslator, response: HttpResponse) -> DeliveryError:
    """Return the error of an unsuccessful response.

    The OData code decides where there is one, because it is stable. Otherwise the status decides.
    """
    try:
        inner = _Error.model_validate_json(response.body).error
    except ValidationError:
        return faults.status_error(response)
    text = f"{inner.code} {inner.message.partition('CorrelationId:')[0]}"
    return faults.find_error("odata", text, response, text) or faults.status_error(response, text)


def json_property(response: HttpResponse, name: str) -> Any:
    """Return one property of the response's JSON object, or None."""
    try:
        found = json.loads(response.body)
    except ValueError:
        return None
    return found.get(name) if isinstance(found, dict) else None


def mapped_values(names: list[tuple[str, str]], values: dict[str, Value]) -> dict[str, Value]:
    """Return the fields that have a value, under the back office's names."""
    return {name: values[field] for field, name in names if values.get(field) is not None}
