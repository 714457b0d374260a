"""Connectors with secrets, sealed with the keys of the test suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.connector_secrets import seal_secret
from common.sealing import KeyRing
from tests.support.system import SECRET_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector

KEYS = KeyRing.parse(SECRET_KEYS)


def with_secrets(connector: Connector, secrets: Mapping[str, str]) -> Connector:
    """Return the connector with these secrets, sealed for its settings."""
    sealed = {name: seal_secret(KEYS, connector, name, secret) for name, secret in secrets.items()}
    return connector.model_copy(update={"secrets": sealed})
