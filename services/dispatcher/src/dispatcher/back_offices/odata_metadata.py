"""Reads the names of an OData service from its metadata document (OData v4 CSDL XML)."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatcher.back_offices.calls import HttpResponse

MAX_METADATA_BYTES = 16 * 1024 * 1024
_TAGS = ("{*}EntityType", "{*}ComplexType", "{*}EntitySet", "{*}Edmx")
_NAMED = ("Property", "NavigationProperty")


@dataclass
class ODataMetadata:
    """The entity sets with their types, and the types with their properties, by short names."""

    entity_sets: dict[str, str] = field(default_factory=dict)
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False

    def names(self, type_name: str) -> dict[str, str]:
        """Return the properties of a type with their types, including those of its base types."""
        found: dict[str, str] = {}
        seen: set[str] = set()
        while type_name in self.types and type_name not in seen:
            seen.add(type_name)
            found = {**self.types[type_name], **found}
            type_name = self.bases.get(type_name, "")
        return found

    def missing_names(self, type_name: str, wanted: Iterable[tuple[str, str]]) -> list[str]:
        """Return the names of the pairs (field, name) that the type does not have."""
        known = self.names(type_name)
        return [name for _, name in wanted if name not in known]


async def metadata_in(response: HttpResponse) -> ODataMetadata | None:
    """Return the metadata of a response, or None when it is incomplete or another document."""
    if not response.is_whole:
        return None
    found = await asyncio.to_thread(_read, response.body)
    return found if found.is_whole else None


def _read(body: bytes) -> ODataMetadata:
    found = ODataMetadata()
    try:
        for _, element in etree.iterparse(
            io.BytesIO(body), tag=_TAGS, resolve_entities=False, no_network=True, load_dtd=False
        ):
            _read_element(element, found)
    except etree.XMLSyntaxError:
        return ODataMetadata()
    return found


def _read_element(element: etree._Element, found: ODataMetadata) -> None:
    """Store the names of one element and empty it, because real services describe thousands."""
    tag, name = etree.QName(element).localname, element.get("Name", "")
    if tag == "Edmx":
        found.is_whole = True
    elif tag == "EntitySet":
        found.entity_sets[name] = _short(element.get("EntityType", ""))
    else:
        found.types[name] = {
            inner.get("Name", ""): _short(inner.get("Type", ""))
            for inner in element
            if isinstance(inner.tag, str) and etree.QName(inner).localname in _NAMED
        }
        found.bases[name] = _short(element.get("BaseType", ""))
    element.clear()


def _short(type_name: str) -> str:
    """Return ``line`` for ``Collection(Microsoft.NAV.line)``."""
    return type_name.removeprefix("Collection(").removesuffix(")").rpartition(".")[2]
