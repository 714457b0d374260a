"""Encryption of stored secrets: AES-256-GCM, bound to the key's id and to a context (design.md,
section 8).
"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from common.settings import EnvironmentSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONCE_BYTES = 12
_KEY_BYTES = 32


class SealError(Exception):
    """A secret cannot be decrypted: its key is missing, or it was sealed for another context."""


class KeyRing:
    """Keys by id. The first key encrypts, all keys decrypt."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """Read ``id:base64,id:base64``. Raises ValueError unless every key has 32 bytes."""
        pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
        keys = {key_id: base64.b64decode(encoded, validate=True) for key_id, _, encoded in pairs}
        if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
            raise ValueError("must be id:key pairs, comma separated, each key 32 bytes in base64")
        return cls(keys)

    def seal(self, secret: str, bound_to: str) -> str:
        """Return the encrypted secret, which decrypts only with the same ``bound_to``."""
        key_id = next(iter(self._keys))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[key_id].encrypt(nonce, secret.encode(), f"{key_id}|{bound_to}".encode())
        return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"

    def is_newest(self, sealed: str) -> bool:
        """Return whether the first key encrypted the secret."""
        return sealed.partition(":")[0] == next(iter(self._keys))

    def open(self, sealed: str, bound_to: str) -> str:
        """Return the decrypted secret. Raises SealError."""
        key_id, _, encoded = sealed.partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True)
            return (
                self._keys[key_id]
                .decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], f"{key_id}|{bound_to}".encode())
                .decode()
            )
        except (KeyError, InvalidTag, ValueError) as error:
            raise SealError(
                f"the secret was sealed with key {key_id!r}, which does not open it"
            ) from error


class SealingSettings(EnvironmentSettings):
    """The key setting of services that encrypt or decrypt secrets."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    secret_keys: SecretStr = Field(
        validation_alias="SECRET_KEYS",
        description=(
            "Keys that encrypt the connectors' secrets, as id:base64 pairs of 32 bytes, comma "
            "separated. The first one encrypts, all of them decrypt."
        ),
    )

    @field_validator("secret_keys")
    @classmethod
    def _is_a_key_ring(cls, value: SecretStr) -> SecretStr:
        KeyRing.parse(value.get_secret_value())
        return value
