"""Validates JSON values by the type of their field, as an OData server does."""

from __future__ import annotations

import re
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from common.exact_json import read_json
from simulator.appointments.fields import Field, Kind
from simulator.appointments.snapshot import is_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

EDM = MappingProxyType(
    {
        Kind.TEXT: "Edm.String",
        Kind.INT: "Edm.Int32",
        Kind.LONG: "Edm.Int64",
        Kind.DECIMAL: "Edm.Decimal",
        Kind.BOOLEAN: "Edm.Boolean",
        Kind.MOMENT: "Edm.DateTimeOffset",
    }
)
_LONE = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which JSON can escape, but which is no character."""
_BITS = MappingProxyType({Kind.INT: 31, Kind.LONG: 63})


class MalformedPayloadError(ValueError):
    """An invalid payload. The message is for the caller."""


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body. Raises MalformedPayloadError for other values, repeated
    names and NaN.
    """
    try:
        found = read_json(
            body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except MalformedPayloadError:
        raise
    except (ValueError, RecursionError) as error:
        raise MalformedPayloadError(
            f"An error occurred while reading the JSON payload: {error}"
        ) from None
    if not isinstance(found, dict):
        raise MalformedPayloadError(
            "An unexpected node was found when reading from the JSON reader. A 'StartObject' "
            "node was expected."
        )
    return found


def read_fields(
    sent: Mapping[str, Any], known: Mapping[str, Field], entity: str, *, allows_null: bool
) -> dict[str, Any]:
    """Return the values of these names. Raises MalformedPayloadError for an unknown name, a wrong
    type, or a null that is not allowed.
    """
    for name, value in sent.items():
        if name not in known:
            raise MalformedPayloadError(unknown_property(name, entity))
        if value is None and not allows_null:
            raise MalformedPayloadError(_null(name, EDM[known[name].kind]))
        if value is not None and not _fits(value, known[name].kind):
            raise MalformedPayloadError(
                f"Cannot convert the literal '{value}' of property '{name}' to the expected type "
                f"'{EDM[known[name].kind]}'."
            )
    return dict(sent)


def unknown_property(name: str, entity: str) -> str:
    """Return the error about a property that does not exist (wire-formats.md)."""
    return (
        f"The property '{name}' does not exist on type '{entity}'. Make sure to only use property "
        "names that are defined by the type."
    )


def _null(name: str, kind: str) -> str:
    return (
        f"A null value was found for the property named '{name}', which has the expected type "
        f"'{kind}[Nullable=False]'. The expected type '{kind}[Nullable=False]' does not "
        "allow null values."
    )


def _fits(value: Any, kind: Kind) -> bool:
    if kind is Kind.TEXT:
        return isinstance(value, str) and not _LONE.search(value)
    if kind is Kind.MOMENT:
        return isinstance(value, str) and is_moment(value)
    if kind is Kind.BOOLEAN or isinstance(value, bool):
        return kind is Kind.BOOLEAN and isinstance(value, bool)
    if kind is Kind.DECIMAL:
        return isinstance(value, int | Decimal)
    return isinstance(value, int) and -(2 ** _BITS[kind]) <= value < 2 ** _BITS[kind]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedPayloadError(
            "Multiple properties with the same name were found in the JSON payload."
        )
    return found


def _no_constant(name: str) -> Any:
    raise MalformedPayloadError(f"Invalid JSON. The token '{name}' is not recognized.")
