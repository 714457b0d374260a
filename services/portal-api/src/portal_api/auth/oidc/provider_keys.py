"""The provider's public keys, which verify its ID tokens."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, KeySet, OKPKey, RSAKey

from portal_api.auth.oidc.refusals import OidcRefusal, SignInRefusedError

if TYPE_CHECKING:
    from typing import Any

    from portal_api.auth.oidc.provider_calls import ProviderCalls

LIFETIME_S = 3600
REFRESH_INTERVAL_S = 30
"""Seconds between two reads because of an unknown key. A stranger must not cause more calls."""
MAX_KEYS = 100
MIN_RSA_BITS = 2048
"""RFC 7518, 3.3 and 3.5."""


class ProviderKeys:
    """The keys of the provider's JWK set, read once an hour, or when a token names a new key."""

    def __init__(self, calls: ProviderCalls) -> None:
        self._calls = calls
        self._keys = KeySet([])
        self._valid_until = float("-inf")
        self._refresh_after = float("-inf")
        self._lock = asyncio.Lock()

    async def read(self, url: str) -> KeySet:
        """Return the keys. Raises SignInRefusedError."""
        async with self._lock:
            if time.monotonic() >= self._valid_until:
                await self._fetch(url)
            return self._keys

    async def read_again(self, url: str) -> KeySet:
        """Return the keys after a token named an unknown one. Raises SignInRefusedError."""
        async with self._lock:
            if time.monotonic() >= self._refresh_after:
                self._refresh_after = time.monotonic() + REFRESH_INTERVAL_S
                await self._fetch(url)
            return self._keys

    async def _fetch(self, url: str) -> None:
        self._keys = usable_keys(await self._calls.get(url))
        self._valid_until = time.monotonic() + LIFETIME_S


def usable_keys(answer: dict[str, Any]) -> KeySet:
    """Return the public keys for signatures. Others are left out (RFC 7517, 5).

    A symmetric key is never used, because everyone who can read the set would know it.
    """
    entries = answer.get("keys")
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        raise SignInRefusedError(OidcRefusal.PROVIDER, "the provider's JWK set cannot be read")
    keys: list[Key] = [key for entry in entries if (key := _usable_key(entry)) is not None]
    if not keys:
        raise SignInRefusedError(OidcRefusal.PROVIDER, "the provider's JWK set has no usable key")
    return KeySet(keys)


def _usable_key(entry: Any) -> RSAKey | ECKey | OKPKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    try:
        key = JWKRegistry.import_key(entry)
        if isinstance(key, RSAKey):
            return key if key.public_key.key_size >= MIN_RSA_BITS else None
        return key if isinstance(key, ECKey | OKPKey) else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
