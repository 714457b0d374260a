"""The sealed secrets of connectors. A secret opens only for the destination that it was sealed for.

A sealed secret reads ``key:ciphertext:destination``. The destination is a digest, and the seal
proves it, so another text in its place opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.connector import seal_context
from common.destinations import destination_of, digest_of
from common.sealing import SealError

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.sealing import KeyRing


class OtherDestinationError(SealError):
    """The secret was sealed for another destination than the one of the connector's settings."""


def seal_secret(keys: KeyRing, connector: Connector, name: str, secret: str) -> str:
    """Return the secret, sealed for its destination by the connector's settings."""
    return _seal(keys, connector, name, secret, _present(connector, name))


def is_sealed_for_present(connector: Connector, name: str) -> bool:
    """Return whether the stored secret was sealed for its destination by the present settings."""
    return connector.secrets[name].rpartition(":")[2] == _present(connector, name)


def open_secret(keys: KeyRing, connector: Connector, name: str) -> str:
    """Return the decrypted secret. Raises OtherDestinationError and SealError."""
    if not is_sealed_for_present(connector, name):
        raise OtherDestinationError(name)
    return _open(keys, connector, name)


def reseal_secret(keys: KeyRing, connector: Connector, name: str) -> str:
    """Return the secret, sealed with the newest key for the same destination. Raises SealError.

    Builds before 0.1.0 sealed without a destination. Such a secret gets the one of the present
    settings, unless the newest key sealed it. So no secret without a destination can be used when
    the older keys are removed.
    """
    sealed = connector.secrets[name]
    if has_destination(sealed):
        destination = sealed.rpartition(":")[2]
        return _seal(keys, connector, name, _open(keys, connector, name), destination)
    if keys.is_newest(sealed):
        return sealed
    secret = keys.open(sealed, f"{connector.connector_id}.{name}")
    return seal_secret(keys, connector, name, secret)


def has_destination(sealed: str) -> bool:
    """Return whether the secret was sealed for a destination."""
    return sealed.count(":") > 1


def _present(connector: Connector, name: str) -> str:
    return digest_of(destination_of(connector, name))


def _seal(keys: KeyRing, connector: Connector, name: str, secret: str, destination: str) -> str:
    context = seal_context(connector.connector_id, name, destination)
    return f"{keys.seal(secret, context)}:{destination}"


def _open(keys: KeyRing, connector: Connector, name: str) -> str:
    sealed, _, destination = connector.secrets[name].rpartition(":")
    return keys.open(sealed, seal_context(connector.connector_id, name, destination))
