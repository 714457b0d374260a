"""Reads the names of a page service from its WSDL. Deliveries never read the WSDL."""

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
from dispatcher.back_offices.soap.response import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

XSD = "{http://www.w3.org/2001/XMLSchema}"


class WsdlError(Exception):
    """The document is no WSDL, or the WSDL of another service."""

    def __init__(self, sentence: str, *, is_wsdl: bool = True) -> None:
        super().__init__(sentence)
        self.is_wsdl = is_wsdl


class PageWsdl:
    """The names of one page service, from its WSDL. Raises WsdlError for another document."""

    def __init__(self, wsdl: bytes) -> None:
        self._schema, self.entity = _create_in(wsdl)
        self.namespace = self._schema.get("targetNamespace") or ""
        self._elements = _elements(self._schema, self.entity)

    def mapping(self) -> SoapMapping:
        """Return the page's names for the fields that are sent, in the order of the page.

        Raises WsdlError.
        """
        try:
            return SoapMapping(
                namespace=self.namespace,
                entity=self.entity,
                fields=_in_order(self._elements, CAPTIONS),
                resources=_resources(self._schema, self._elements),
                field_values=_field_values(self._schema, self._elements),
            )
        except ValidationError as error:
            raise WsdlError(f"The WSDL has a {_unusable(error)} that cannot be used.") from None

    def missing(self, wanted: SoapMapping) -> list[str]:
        """Return the names that are sent and that the page does not have."""
        heads = [(wanted.namespace, self.namespace), (wanted.entity, self.entity)]
        lacking = [name for _, name in wanted.names if name not in self._elements]
        for part in (wanted.resources, wanted.field_values):
            lacking += self._missing_of(part) if part else []
        return [sent for sent, there in heads if sent != there] + lacking

    def _missing_of(self, part: SoapResources | SoapFieldValues) -> list[str]:
        if part.name not in self._elements:
            return [part.name]
        lines = _elements(self._schema, self._elements[part.name])
        if part.line not in lines:
            return [part.line]
        fields = _elements(self._schema, lines[part.line])
        return [name for _, name in part.names if name not in fields]


def _unusable(error: ValidationError) -> str:
    place = error.errors(include_url=False, include_input=False)[0]["loc"]
    return "target namespace" if place[0] == "namespace" else f"name ({'.'.join(map(str, place))})"


def _create_in(wsdl: bytes) -> tuple[_Element, str]:
    """Return the schema that has Create, and the entity that Create takes."""
    root = parse_xml(wsdl)
    schemas = [] if root is None else list(root.iter(f"{XSD}schema"))
    if not schemas:
        raise WsdlError("The answer is no WSDL.", is_wsdl=False)
    for schema in schemas:
        for element in schema.iterfind(f"{XSD}element[@name='Create']"):
            names = (inner.get("name") for inner in element.iter(f"{XSD}element"))
            for name in names:
                if name and name != "Create":
                    return schema, name
    raise WsdlError("The WSDL has no operation Create.")


def _elements(schema: _Element, type_name: str) -> dict[str, str]:
    """Return the elements of one complex type with their types, in their order."""
    for found in schema.iterfind(f"{XSD}complexType[@name='{type_name}']"):
        return {
            str(e.get("name")): str(e.get("type") or "").rpartition(":")[2]
            for e in found.iter(f"{XSD}element")
        }
    return {}


def _in_order(elements: Iterable[str], captions: Mapping[str, str]) -> dict[str, str | None]:
    """Return the fields in the order of the elements. A field without an element has no name."""
    facts = {_folded(element_of(caption)): fact for fact, caption in captions.items()}
    found: dict[str, str | None] = {facts[_folded(e)]: e for e in elements if _folded(e) in facts}
    return found | {fact: None for fact in captions if fact not in found}


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _part(
    schema: _Element, elements: dict[str, str], captions: Mapping[str, str], required_field: str
) -> tuple[str, str, dict[str, str | None]] | None:
    """Return name, line and fields of the part whose lines have the required field."""
    for name, type_name in elements.items():
        for line, line_type in _elements(schema, type_name).items():
            fields = _in_order(_elements(schema, line_type), captions)
            if fields.get(required_field):
                return name, line, fields
    return None


def _resources(schema: _Element, elements: dict[str, str]) -> SoapResources | None:
    part = _part(schema, elements, RESOURCE_CAPTIONS, "resource_no")
    return SoapResources(name=part[0], line=part[1], fields=part[2]) if part else None


def _field_values(schema: _Element, elements: dict[str, str]) -> SoapFieldValues | None:
    part = _part(schema, elements, FIELD_VALUE_CAPTIONS, "field_code")
    return SoapFieldValues(name=part[0], line=part[1], fields=part[2]) if part else None
