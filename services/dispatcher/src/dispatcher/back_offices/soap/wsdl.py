"""Reads the names of a page service from its own WSDL; never on the way of a delivery."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import ValidationError

from common.contracts.mapping import (
    CAPTIONS,
    FIELD_VALUE_CAPTIONS,
    RESOURCE_CAPTIONS,
    SoapFieldValues,
    SoapMapping,
    SoapResources,
    element_of,
)
from dispatcher.back_offices.soap.answer import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

XSD = "{http://www.w3.org/2001/XMLSchema}"


class WsdlError(Exception):
    """This is not the WSDL of a page service."""


def mapping_in(wsdl: bytes) -> SoapMapping:
    """Return the names that the WSDL has for what we send, in its order; raises WsdlError."""
    root = parse(wsdl)
    schema = None if root is None else next(root.iter(f"{XSD}schema"), None)
    if root is None or schema is None:
        raise WsdlError("The answer is no WSDL.")
    entity = _entity(schema)
    elements = _elements(schema, entity)
    try:
        return SoapMapping(
            namespace=schema.get("targetNamespace") or "",
            entity=entity,
            fields=_in_order(elements, CAPTIONS),
            resources=_resources(schema, elements),
            field_values=_field_values(schema, elements),
        )
    except ValidationError as error:
        raise WsdlError("The WSDL has names that cannot be used.") from error


def missing(wanted: SoapMapping, found: SoapMapping) -> list[str]:
    """Return the names that are sent and that the WSDL lacks."""
    pairs = [
        (wanted.names, found.names),
        (_names(wanted.resources), _names(found.resources)),
        (_names(wanted.field_values), _names(found.field_values)),
    ]
    known = [{name for _, name in there} for _, there in pairs]
    lacking = [
        name
        for (sent, _), there in zip(pairs, known, strict=True)
        for _, name in sent
        if name not in there
    ]
    heads = [(wanted.namespace, found.namespace), (wanted.entity, found.entity)]
    return [sent for sent, there in heads if sent != there] + lacking


def _names(part: SoapResources | SoapFieldValues | None) -> list[tuple[str, str]]:
    return part.names if part else []


def _entity(schema: _Element) -> str:
    """Return the entity that Create takes."""
    for element in schema.iterfind(f"{XSD}element[@name='Create']"):
        for inner in element.iter(f"{XSD}element"):
            name = inner.get("name")
            if name and name != "Create":
                return name
    raise WsdlError("The WSDL has no operation Create.")


def _elements(schema: _Element, type_name: str) -> dict[str, str]:
    """Return element -> type of one complex type, in its order."""
    for found in schema.iterfind(f"{XSD}complexType[@name='{type_name}']"):
        return {
            str(e.get("name")): str(e.get("type") or "").rpartition(":")[2]
            for e in found.iter(f"{XSD}element")
        }
    return {}


def _in_order(elements: Iterable[str], captions: Mapping[str, str]) -> dict[str, str | None]:
    """Return the facts in the order of the elements; one that has no element is left out."""
    facts = {_folded(element_of(caption)): fact for fact, caption in captions.items()}
    found: dict[str, str | None] = {facts[_folded(e)]: e for e in elements if _folded(e) in facts}
    return found | {fact: None for fact in captions if fact not in found}


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _part(
    schema: _Element, elements: dict[str, str], captions: Mapping[str, str], telling: str
) -> tuple[str, str, dict[str, str | None]] | None:
    """Return name, line and fields of the sub-part whose lines have the telling element."""
    for name, type_name in elements.items():
        for line, line_type in _elements(schema, type_name).items():
            fields = _in_order(_elements(schema, line_type), captions)
            if fields.get(telling):
                return name, line, fields
    return None


def _resources(schema: _Element, elements: dict[str, str]) -> SoapResources | None:
    part = _part(schema, elements, RESOURCE_CAPTIONS, "resource_no")
    return SoapResources(name=part[0], line=part[1], fields=part[2]) if part else None


def _field_values(schema: _Element, elements: dict[str, str]) -> SoapFieldValues | None:
    part = _part(schema, elements, FIELD_VALUE_CAPTIONS, "field_code")
    return SoapFieldValues(name=part[0], line=part[1], fields=part[2]) if part else None
