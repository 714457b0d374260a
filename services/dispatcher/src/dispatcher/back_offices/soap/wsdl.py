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
MAX_WSDL_BYTES = 1024 * 1024
"""The WSDL of a page is about 50 kB. The tree of a document takes up to 50 times its bytes."""


class WsdlError(Exception):
    """The document is no WSDL, or the WSDL of another service."""

    def __init__(self, sentence: str, *, is_wsdl: bool = True) -> None:
        super().__init__(sentence)
        self.is_wsdl = is_wsdl


class PageWsdl:
    """The names of one page service, from its WSDL. Raises WsdlError for another document."""

    def __init__(self, wsdl: bytes) -> None:
        schema, self.entity = _create_in(wsdl)
        self.namespace = schema.get("targetNamespace") or ""
        self._types = _types(schema)
        self._operations = {element.get("name") for element in schema.iterfind(f"{XSD}element")}
        self._elements = self._types.get(self.entity, {})

    def mapping(self) -> SoapMapping:
        """Return the page's names for the fields that are sent, in the order of the page.

        Raises WsdlError.
        """
        resources = self._part(RESOURCE_CAPTIONS, "resource_no")
        values = self._part(FIELD_VALUE_CAPTIONS, "field_code")
        try:
            return SoapMapping(
                namespace=self.namespace,
                entity=self.entity,
                fields=_in_order(self._elements, CAPTIONS),
                resources=SoapResources.model_validate(resources) if resources else None,
                field_values=SoapFieldValues.model_validate(values) if values else None,
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

    def missing_elements(self, names: Iterable[str], operation: str | None) -> list[str]:
        """Return the elements of a record, and the operation, that the page does not have."""
        lacking = [name for name in names if name not in self._elements]
        return lacking + ([operation] if operation and operation not in self._operations else [])

    def _missing_of(self, part: SoapResources | SoapFieldValues) -> list[str]:
        if part.name not in self._elements:
            return [part.name]
        lines = self._types.get(self._elements[part.name], {})
        if part.line not in lines:
            return [part.line]
        fields = self._types.get(lines[part.line], {})
        return [name for _, name in part.names if name not in fields]

    def _part(self, captions: Mapping[str, str], required_field: str) -> dict[str, object] | None:
        """Return name, line and fields of the part whose lines have the required field.

        Each type is read once, because the types of a page may refer to each other many times.
        """
        required = _folded(element_of(captions[required_field]))
        line_types = {
            type_name
            for type_name, elements in self._types.items()
            if any(_folded(name) == required for name in elements)
        }
        lines = {
            type_name: next((e for e, inner in elements.items() if inner in line_types), None)
            for type_name, elements in self._types.items()
        }
        for name, type_name in self._elements.items():
            line = lines.get(type_name)
            if line is not None:
                fields = self._types[self._types[type_name][line]]
                return {"name": name, "line": line, "fields": _in_order(fields, captions)}
        return None


def _unusable(error: ValidationError) -> str:
    place = error.errors(include_url=False, include_input=False)[0]["loc"]
    return (
        "target namespace" if place[:1] == ("namespace",) else f"name ({'.'.join(map(str, place))})"
    )


def _create_in(wsdl: bytes) -> tuple[_Element, str]:
    """Return the schema that has Create, and the entity that Create takes."""
    root = parse_xml(wsdl)
    schemas = [] if root is None else root.findall(f"{{*}}types/{XSD}schema")
    if not schemas:
        raise WsdlError("The answer is no WSDL.", is_wsdl=False)
    for schema in schemas:
        for element in schema.iterfind(f"{XSD}element[@name='Create']"):
            names = (inner.get("name") for inner in element.iter(f"{XSD}element"))
            for name in names:
                if name and name != "Create":
                    return schema, name
    raise WsdlError("The WSDL has no operation Create.")


def _types(schema: _Element) -> dict[str, dict[str, str]]:
    """Return the complex types by name: their elements with their types, in their order."""
    found: dict[str, dict[str, str]] = {}
    for complex_type in schema.iterfind(f"{XSD}complexType"):
        found.setdefault(str(complex_type.get("name")), _elements(complex_type))
    return found


def _elements(complex_type: _Element) -> dict[str, str]:
    return {
        str(element.get("name")): str(element.get("type") or "").rpartition(":")[2]
        for element in complex_type.iter(f"{XSD}element")
    }


def _in_order(elements: Iterable[str], captions: Mapping[str, str]) -> dict[str, str | None]:
    """Return the fields in the order of the elements. A field without an element has no name."""
    facts = {_folded(element_of(caption)): fact for fact, caption in captions.items()}
    found: dict[str, str | None] = {facts[_folded(e)]: e for e in elements if _folded(e) in facts}
    return found | {fact: None for fact in captions if fact not in found}


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
