"""The provider: its metadata, its keys, and the exchange of a code for tokens."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal_api.accounts.oidc_config import is_protected_url
from portal_api.auth.oidc.id_token import allowed_issuers
from portal_api.auth.oidc.pending import Purpose
from portal_api.auth.oidc.provider_calls import ProviderCalls
from portal_api.auth.oidc.provider_keys import ProviderKeys
from portal_api.auth.oidc.refusals import OidcRefusal, SignInRefusedError

if TYPE_CHECKING:
    from portal_api.accounts.oidc_config import OidcConfig
    from portal_api.auth.oidc.pending import SignInInProgress

WELL_KNOWN = "/.well-known/openid-configuration"
METADATA_LIFETIME_S = 3600
FAILURE_LIFETIME_S = 5
"""Seconds without a further call after the metadata could not be read."""


class ProviderMetadata(BaseModel):
    """The used part of the metadata (OpenID Connect Discovery 1.0, 3)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    authorization_response_iss_parameter_supported: bool = False


class Tokens(BaseModel):
    """The used part of the answer of the token endpoint (OpenID Connect Core 1.0, 3.1.3.3)."""

    model_config = ConfigDict(frozen=True)

    id_token: str = Field(max_length=100_000, repr=False)
    access_token: str = Field(max_length=100_000, repr=False)


class Provider:
    """The provider of the settings. Raises SignInRefusedError."""

    def __init__(self, config: OidcConfig) -> None:
        self._config = config
        self._calls = ProviderCalls(config)
        self._metadata: ProviderMetadata | None = None
        self._failure: SignInRefusedError | None = None
        self._valid_until = 0.0
        self._lock = asyncio.Lock()
        self.keys = ProviderKeys(self._calls)

    async def metadata(self) -> ProviderMetadata:
        """Return the metadata, read at most once an hour, or five seconds after a failure."""
        async with self._lock:
            if time.monotonic() >= self._valid_until:
                await self._read_metadata()
            if self._metadata is None:
                assert self._failure is not None  # noqa: S101 - one of both is set
                raise SignInRefusedError(self._failure.refusal, str(self._failure))
            return self._metadata

    async def authorization_url(self, pending: SignInInProgress) -> str:
        """Return the address at which the person signs in (OpenID Connect Core 1.0, 3.1.2.1)."""
        metadata = await self.metadata()
        again = {"prompt": "login", "max_age": "0"} if pending.purpose is Purpose.VERIFY else {}
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=self._config.client_id,
            response_type="code",
            redirect_uri=self._config.redirect_uri,
            scope=self._config.scopes,
            state=pending.state,
            nonce=pending.nonce,
            response_mode="query",
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
            **again,
        )
        return url

    async def redeem(self, code: str, verifier: str) -> Tokens:
        """Return the tokens for the code (RFC 6749, 4.1.3 and RFC 7636, 4.5)."""
        metadata = await self.metadata()
        status, answer = await self._calls.post(
            metadata.token_endpoint,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._config.redirect_uri,
                "code_verifier": verifier,
            },
        )
        if status != 200:  # noqa: PLR2004 - OK
            is_code = answer.get("error") == "invalid_grant"
            raise SignInRefusedError(
                OidcRefusal.CODE if is_code else OidcRefusal.PROVIDER,
                f"the token endpoint answered {status} {_word(answer.get('error'))}",
            )
        try:
            return Tokens.model_validate(answer)
        except ValidationError as error:
            raise SignInRefusedError(
                OidcRefusal.PROVIDER, "the token endpoint sent no ID token"
            ) from error

    async def _read_metadata(self) -> None:
        """Keep the metadata that is known while the provider does not answer."""
        try:
            self._metadata = await self._fetch_metadata()
            self._valid_until = time.monotonic() + METADATA_LIFETIME_S
        except SignInRefusedError as error:
            self._failure = error
            self._valid_until = time.monotonic() + FAILURE_LIFETIME_S

    async def _fetch_metadata(self) -> ProviderMetadata:
        answer = await self._calls.get(self._config.issuer.rstrip("/") + WELL_KNOWN)
        try:
            metadata = ProviderMetadata.model_validate(answer)
        except ValidationError as error:
            fields = ", ".join(str(problem["loc"][0]) for problem in error.errors())
            raise SignInRefusedError(
                OidcRefusal.PROVIDER, f"the provider's metadata lacks {fields}"
            ) from error
        if not allowed_issuers(metadata.issuer, self._config):
            raise SignInRefusedError(
                OidcRefusal.ISSUER,
                f"the provider's metadata is of the issuer {_word(metadata.issuer)}",
            )
        for url in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
            if not is_protected_url(url):
                raise SignInRefusedError(
                    OidcRefusal.PROVIDER,
                    f"the provider's metadata has an address without TLS: {url}",
                )
        return metadata


def _word(value: Any) -> str:
    """Return text of the provider for the log, short and without control characters."""
    return "".join(letter for letter in str(value)[:100] if letter.isprintable())
