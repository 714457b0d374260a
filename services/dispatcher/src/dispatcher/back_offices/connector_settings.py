"""Reads the stored settings of a connector. Errors name the setting that cannot be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, TypeAdapter, ValidationError

from common.address import has_credentials
from common.connector_secrets import OtherDestinationError, open_secret
from common.destinations import destination_of
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
    """Return the decrypted secrets that calls use, by name.

    Raises MisconfiguredError with the name of a secret that was entered for another destination.
    """
    faults = FaultTranslator(kind, connector.name)
    secrets = {}
    for name in connector.secrets:
        if destination_of(connector, name) is None:
            continue
        try:
            secrets[name] = open_secret(keys, connector, name)
        except OtherDestinationError as error:
            raise faults.transport_error("other destination", field=name) from error
        except SealError as error:
            raise faults.transport_error("credentials") from error
    return secrets


def check_addresses(connector: Connector, kind: EndpointKind) -> None:
    """Raise MisconfiguredError for an address with a user name or a password in it.

    The HTTP client would send them to that address.
    """
    addresses = {"uri": connector.uri, "token_url": connector.authentication.token_url}
    for field, address in addresses.items():
        if has_credentials(address or ""):
            raise FaultTranslator(kind, connector.name).transport_error(
                "setting",
                field=field,
                reason="it holds credentials (user@), which belong into login and password",
            )


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
