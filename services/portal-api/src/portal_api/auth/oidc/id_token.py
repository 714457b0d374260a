"""Verification of an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError

from portal_api.auth.oidc.refusals import OidcRefusal, SignInRefusedError

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

    from portal_api.accounts.oidc_config import OidcConfig

ALGORITHMS = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
    "EdDSA",
)
"""Asymmetric algorithms only. With a symmetric one, everyone who knows the client secret could sign
(RFC 8725, 3.1).
"""
CLOCK_SKEW_S = 120
MAX_SUBJECT = 255
TENANT = "{tenantid}"
"""Stands for the tenant in the issuer of Entra ID's metadata for several tenants."""
_REFUSALS = {
    "iss": OidcRefusal.ISSUER,
    "tid": OidcRefusal.ISSUER,
    "aud": OidcRefusal.AUDIENCE,
    "azp": OidcRefusal.AUDIENCE,
    "nonce": OidcRefusal.NONCE,
    "exp": OidcRefusal.CLOCK,
    "iat": OidcRefusal.CLOCK,
    "nbf": OidcRefusal.CLOCK,
    "auth_time": OidcRefusal.NOT_VERIFIED,
}


class UnknownKeyError(Exception):
    """The ID token names a key that is not in the key set. The provider may have a new one."""


@dataclass(frozen=True, slots=True)
class ExpectedToken:
    """The values that the ID token of a sign-in must have. ``issuer`` is that of the metadata."""

    issuer: str
    nonce: str
    access_token: str


def allowed_issuers(issuer: str, config: OidcConfig) -> dict[str, str | None]:
    """Return the issuers that ID tokens may have, with the tenant of each, or None for any.

    ``issuer`` is the issuer of the metadata. It must be the configured one to the letter (OpenID
    Connect Discovery 1.0, 4.3), or Entra ID's template if the settings name the tenants.
    """
    if issuer == config.issuer and TENANT not in issuer:
        return {issuer: None}
    before, _, after = issuer.partition(TENANT)
    segment = config.issuer.removeprefix(before).removesuffix(after)
    is_of_settings = "/" not in segment and issuer.replace(TENANT, segment) == config.issuer
    if TENANT not in issuer or not is_of_settings:
        return {}
    return {issuer.replace(TENANT, tenant): tenant for tenant in config.tenants}


def verified_claims(
    token: str, keys: KeySet, expected: ExpectedToken, config: OidcConfig
) -> dict[str, Any]:
    """Return the claims of a valid ID token. Raises SignInRefusedError and UnknownKeyError."""
    issuers = allowed_issuers(expected.issuer, config)
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "values": list(issuers)},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": config.client_id},
                "nonce": {"essential": True, "value": expected.nonce},
            },
            {
                "client_id": config.client_id,
                "nonce": expected.nonce,
                "access_token": expected.access_token,
            },
        )
        claims.validate(int(time.time()), CLOCK_SKEW_S)
    except InvalidKeyIdError as error:
        raise UnknownKeyError from error
    except ExpiredTokenError as error:
        raise SignInRefusedError(OidcRefusal.CLOCK, str(error)) from error
    except ClaimError as error:
        raise SignInRefusedError(
            _REFUSALS.get(error.claim, OidcRefusal.TOKEN), str(error)
        ) from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInRefusedError(OidcRefusal.SIGNATURE, type(error).__name__) from error
    _check_tenant(claims, issuers, config)
    if len(claims["sub"]) > MAX_SUBJECT:
        raise SignInRefusedError(OidcRefusal.TOKEN, "the claim sub is longer than 255 characters")
    return dict(claims)


def _check_tenant(
    claims: dict[str, Any], issuers: dict[str, str | None], config: OidcConfig
) -> None:
    """With tenants in the settings, the tenant of the token must be one of them, and that of its
    issuer.
    """
    tenant = issuers[claims["iss"]]
    allowed = {tenant} if tenant else config.tenants
    if config.tenants and claims.get("tid") not in allowed:
        raise SignInRefusedError(
            OidcRefusal.ISSUER, "the claim tid is not a tenant of the settings"
        )
