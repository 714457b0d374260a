"""The parts of OData v4 that API pages of Business Central and Dataverse share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from dispatcher.back_offices.parsing import parse_answer, parse_json

if TYPE_CHECKING:
    from dispatcher.back_offices.appointment_fields import Value
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.faults import FaultTranslator
    from dispatcher.errors import DeliveryError


class ODataError(BaseModel):
    """Code and message of an OData error (OData JSON Format 4.01, 21)."""

    code: str = ""
    message: str = ""


class _Answer(BaseModel):
    error: ODataError


def parse_odata_error(body: bytes) -> ODataError | None:
    """Return the error of an answer, or None for any other answer."""
    try:
        return _Answer.model_validate(parse_json(body)).error
    except (ValidationError, ValueError):
        return None


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the answer's JSON object, which is empty for any other answer."""
    try:
        found = parse_json(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def odata_error(faults: FaultTranslator, response: HttpResponse) -> DeliveryError:
    """Return the error of an unsuccessful response.

    The OData code decides where there is one, because it is stable. Otherwise the status decides.
    """
    error = await parse_answer(parse_odata_error, response.body)
    if error is None:
        return faults.status_error(response)
    text = f"{error.code} {error.message.partition('CorrelationId:')[0]}"
    return faults.find_error("odata", text, response, text) or faults.status_error(response, text)


async def json_property(response: HttpResponse, name: str) -> Any:
    """Return one property of the response's JSON object, or None."""
    return (await parse_answer(parse_object, response.body)).get(name)


def mapped_values(names: list[tuple[str, str]], values: dict[str, Value]) -> dict[str, Value]:
    """Return the fields that have a value, under the back office's names."""
    return {name: values[field] for field, name in names if values.get(field) is not None}
