"""Reads the names of an OData service from its metadata document (OData v4 CSDL XML)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_METADATA_BYTES = 16 * 1024 * 1024
MAX_ELEMENTS = 1_000_000
"""Dataverse describes about 300,000 elements. No tree of the document is built."""
MAX_BASE_TYPES = 32
_CHUNK_BYTES = 64 * 1024
MAX_CHUNKS_OF_ONE_TAG = 16
"""A longer tag or text is refused, because each of its attributes would stay in memory."""
_TYPES = ("EntityType", "ComplexType")
_NAMED = ("Property", "NavigationProperty")


@dataclass
class ODataMetadata:
    """The entity sets with their types, and the types with their properties, by short names."""

    entity_sets: dict[str, str] = field(default_factory=dict)
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)

    def names(self, type_name: str) -> dict[str, str]:
        """Return the properties of a type with their types, including those of its base types."""
        found: dict[str, str] = {}
        for _ in range(MAX_BASE_TYPES):
            if type_name not in self.types:
                break
            for name, inner_type in self.types[type_name].items():
                found.setdefault(name, inner_type)
            type_name = self.bases.get(type_name, "")
        return found

    def missing_names(self, type_name: str, wanted: Iterable[tuple[str, str]]) -> list[str]:
        """Return the names of the pairs (field, name) that the type does not have."""
        known = self.names(type_name)
        return [name for _, name in wanted if name not in known]


def parse_metadata(body: bytes) -> ODataMetadata | None:
    """Return the metadata, or None for an incomplete, too large or other document."""
    target = _Target()
    parser = etree.XMLParser(
        target=cast("Any", target),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for start in range(0, len(body), _CHUNK_BYTES):
            parser.feed(body[start : start + _CHUNK_BYTES])
            if target.is_refused or not target.makes_progress():
                return None
        parser.close()
    except etree.XMLSyntaxError:
        return None
    return target.found if target.is_metadata and not target.is_refused else None


class _Target:
    """Receives the elements of the document one by one."""

    def __init__(self) -> None:
        self.found = ODataMetadata()
        self.is_metadata = False
        self.is_refused = False
        self._left = self._last_left = MAX_ELEMENTS
        self._quiet_chunks = 0
        self._properties: dict[str, str] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Store the names of one element."""
        self._left -= 1
        if self._left < 0:
            self.is_refused = True
            return
        kind, name = tag.rpartition("}")[2], attributes.get("Name", "")
        if kind in _NAMED:
            self._properties[name] = _short(attributes.get("Type", ""))
        elif kind in _TYPES:
            self._properties = self.found.types[name] = {}
            self.found.bases[name] = _short(attributes.get("BaseType", ""))
        elif kind == "EntitySet":
            self.found.entity_sets[name] = _short(attributes.get("EntityType", ""))

    def end(self, tag: str) -> None:
        """End an element."""
        kind = tag.rpartition("}")[2]
        if kind in _TYPES:
            self._properties = {}
        elif kind == "Edmx":
            self.is_metadata = True

    def makes_progress(self) -> bool:
        """Return whether an element began within the last chunks of the document."""
        self._quiet_chunks = 0 if self._left != self._last_left else self._quiet_chunks + 1
        self._last_left = self._left
        return self._quiet_chunks < MAX_CHUNKS_OF_ONE_TAG

    def doctype(self, *_: object) -> None:
        """Refuse a document with a DTD."""
        self.is_refused = True

    def close(self) -> None:
        """End the document. The parser requires this method."""


def _short(type_name: str) -> str:
    """Return ``line`` for ``Collection(Microsoft.NAV.line)``."""
    return type_name.removeprefix("Collection(").removesuffix(")").rpartition(".")[2]
