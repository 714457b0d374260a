"""Reads the stored settings of a connector. Errors name the setting that cannot be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, TypeAdapter, ValidationError

from common.contracts.connector import seal_context
from common.sealing import SealError
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.back_offices.tls import ssl_context_for

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.sealing import KeyRing
    from dispatcher.back_offices.catalogue import EndpointKind

M = TypeVar("M", bound=BaseModel)
_HEADERS = TypeAdapter(dict[str, str])
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


def read_mapping(connector: Connector, kind: EndpointKind, model: type[M]) -> M:
    """Return the connector's mapping.

    Raises MisconfiguredError with the name of the unusable field.
    """
    try:
        return model.model_validate(connector.mapping or {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, ("mapping", *first["loc"])))
        raise FaultTranslator(kind, connector.name).transport_error(
            "setting", field=field, reason=first["msg"]
        ) from None


def read_time_zone(connector: Connector, kind: EndpointKind) -> ZoneInfo:
    """Return the time zone of dates without an offset. Raises MisconfiguredError."""
    try:
        return ZoneInfo(connector.time_zone)
    except (KeyError, ValueError, OSError):
        raise FaultTranslator(kind, connector.name).transport_error(
            "setting", field="time_zone", reason=f"there is no time zone {connector.time_zone!r}"
        ) from None


def open_secrets(connector: Connector, keys: KeyRing, kind: EndpointKind) -> dict[str, str]:
    """Return the decrypted secrets by name. Raises MisconfiguredError."""
    try:
        return {
            name: keys.open(sealed, seal_context(connector.connector_id, name))
            for name, sealed in connector.secrets.items()
        }
    except SealError as error:
        raise FaultTranslator(kind, connector.name).transport_error("credentials") from error


def read_headers(connector: Connector, kind: EndpointKind, text: str) -> dict[str, str]:
    """Return the connector's extra headers.

    Raises MisconfiguredError with the name of a header that HTTP cannot carry.
    """
    faults = FaultTranslator(kind, connector.name)
    try:
        headers = _HEADERS.validate_json(text)
    except ValidationError:
        raise faults.transport_error(
            "setting", field="headers", reason="they cannot be read"
        ) from None
    for name, value in headers.items():
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
            raise faults.transport_error(
                "setting", field=f"headers.{name!r}", reason="HTTP cannot carry it"
            )
    return headers


def check_authority(connector: Connector, kind: EndpointKind) -> None:
    """Raise MisconfiguredError when the certificate of the authority cannot be read."""
    try:
        ssl_context_for(connector.ca_certificate)
    except (OSError, ValueError):
        raise FaultTranslator(kind, connector.name).transport_error(
            "setting", field="ca_certificate", reason="it is not a certificate in PEM"
        ) from None
