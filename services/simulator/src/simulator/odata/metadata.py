"""The metadata document (EDMX) of a service: its entity types and sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from simulator.odata.values import EDM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.appointments.fields import Kind

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
SCHEMA = "http://docs.oasis-open.org/odata/ns/edm"


class Entity(NamedTuple):
    """An entity type. ``links`` are its navigation properties with their types. With ``nullable``,
    every property but the key may be null.
    """

    name: str
    entity_set: str
    key: str
    properties: Mapping[str, Kind]
    links: Mapping[str, str]
    nullable: bool = False


def metadata(namespace: str, entities: Sequence[Entity]) -> bytes:
    """Return the metadata document of these entities."""
    root = etree.Element(f"{{{EDMX}}}Edmx", Version="4.0", nsmap={"edmx": EDMX})
    services = etree.SubElement(root, f"{{{EDMX}}}DataServices")
    schema = etree.SubElement(
        services, f"{{{SCHEMA}}}Schema", Namespace=namespace, nsmap={None: SCHEMA}
    )
    for entity in entities:
        _entity_type(schema, entity)
    container = etree.SubElement(schema, f"{{{SCHEMA}}}EntityContainer", Name="Container")
    for entity in entities:
        etree.SubElement(
            container,
            f"{{{SCHEMA}}}EntitySet",
            Name=entity.entity_set,
            EntityType=f"{namespace}.{entity.name}",
        )
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entity_type(schema: etree._Element, entity: Entity) -> None:
    kind = etree.SubElement(schema, f"{{{SCHEMA}}}EntityType", Name=entity.name)
    etree.SubElement(
        etree.SubElement(kind, f"{{{SCHEMA}}}Key"), f"{{{SCHEMA}}}PropertyRef", Name=entity.key
    )
    _property(kind, entity.key, "Edm.Guid", is_nullable=False)
    for name, of in entity.properties.items():
        _property(kind, name, EDM[of], is_nullable=entity.nullable)
    for name, target in entity.links.items():
        etree.SubElement(kind, f"{{{SCHEMA}}}NavigationProperty", Name=name, Type=target)


def _property(kind: etree._Element, name: str, of: str, *, is_nullable: bool) -> None:
    etree.SubElement(
        kind, f"{{{SCHEMA}}}Property", Name=name, Type=of, Nullable=str(is_nullable).lower()
    )
