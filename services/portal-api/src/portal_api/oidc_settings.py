"""The settings of sign-in with OpenID Connect."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from common.sealing import KeyRing
from common.settings import EnvironmentSettings
from portal_api.accounts.oidc_config import (
    CALLBACK_PATH,
    HOME,
    OidcConfig,
    is_protected_url,
    return_path,
)
from portal_api.accounts.roles import Role

NEEDED = "set it, because PORTAL_API_OIDC_ISSUER is set"
NEEDS_TLS = "it must be an https address. Only on 127.0.0.1 or localhost it may be http"


class OidcSettings(EnvironmentSettings):
    """The settings ``PORTAL_API_OIDC_*`` and ``PORTAL_API_LOCAL_ACCOUNTS``."""

    oidc_issuer: str = Field(
        default="",
        description=(
            "Issuer of the OpenID Connect provider, such as "
            "`https://login.microsoftonline.com/<tenant id>/v2.0`. Empty means no sign-in with "
            "OpenID Connect (single-sign-on.md)."
        ),
    )
    oidc_client_id: str = Field(
        default="",
        validate_default=True,
        max_length=200,
        description="Client id that the provider gave to the portal.",
    )
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Client secret. Empty for a public client, which PKCE alone protects.",
    )
    oidc_client_authentication: Literal["client_secret_basic", "client_secret_post"] = Field(
        default="client_secret_basic",
        description="The way in which the portal sends the client secret.",
    )
    oidc_redirect_uri: str = Field(
        default="",
        validate_default=True,
        description=(
            "Redirect URI, exactly as the provider knows it: "
            f"`https://<address of the portal>{CALLBACK_PATH}`."
        ),
    )
    oidc_scopes: str = Field(
        default="openid profile email",
        description="Scopes, separated by spaces. `openid` must be one of them.",
    )
    oidc_name_claim: str = Field(
        default="preferred_username email sub",
        min_length=1,
        description=(
            "Claim that names the account at its first sign-in. Of several, separated by spaces, "
            "the first one counts that has a valid name."
        ),
    )
    oidc_roles_claim: str = Field(
        default="roles",
        min_length=1,
        description=(
            "Claim with the roles or groups of a person, such as `groups` or `realm_access.roles`."
        ),
    )
    oidc_roles: dict[str, Role] = Field(
        default={str(role): role for role in Role},
        min_length=1,
        description=(
            "Roles in the portal by the values of this claim, such as "
            '{"Planners": "operator", "IT": "admin"}. The highest one counts.'
        ),
    )
    oidc_label: str = Field(
        default="OpenID Connect",
        min_length=1,
        max_length=40,
        description="Name of the provider on the button *Sign in with …*.",
    )
    oidc_home: str = Field(
        default=HOME,
        description="Page of the website after a sign-in, unless the user asked for another page.",
    )
    oidc_tenants: frozenset[str] = Field(
        default=frozenset(),
        description=(
            "Tenant ids of Entra ID whose people may sign in, if the issuer is for several tenants."
        ),
    )
    oidc_ca_file: Path | None = Field(
        default=None,
        description=(
            "File with the certificates (PEM) that the portal trusts at the provider. Without it, "
            "those of the operating system."
        ),
    )
    local_accounts: bool = Field(
        default=True,
        validate_default=True,
        description=("Whether accounts with a password can sign in. API keys work in both cases."),
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _check_issuer(cls, value: str) -> str:
        if value and (not is_protected_url(value) or urlsplit(value).query):
            raise ValueError(NEEDS_TLS)
        return value

    @field_validator("oidc_client_id")
    @classmethod
    def _check_client_id(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not value:
            raise ValueError(NEEDED)
        return value

    @field_validator("oidc_redirect_uri")
    @classmethod
    def _check_redirect_uri(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.data.get("oidc_issuer"):
            raise ValueError(NEEDED)
        if value and not is_protected_url(value):
            raise ValueError(NEEDS_TLS)
        if value and (urlsplit(value).path != CALLBACK_PATH or urlsplit(value).query):
            raise ValueError(f"it must end with {CALLBACK_PATH}")
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _check_scopes(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("it must contain openid")
        return value

    @field_validator("oidc_home")
    @classmethod
    def _check_home(cls, value: str) -> str:
        if return_path(value, "") != value:
            raise ValueError("it must be a page of the website, such as /errors")
        return value

    @field_validator("oidc_tenants")
    @classmethod
    def _check_tenants(cls, value: frozenset[str]) -> frozenset[str]:
        return frozenset(tenant.lower() for tenant in value)

    @field_validator("oidc_ca_file", mode="before")
    @classmethod
    def _empty_is_no_ca_file(cls, value: object) -> object:
        return value or None

    @field_validator("oidc_ca_file")
    @classmethod
    def _check_ca_file(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.create_default_context(cafile=value)
            except (OSError, ssl.SSLError):
                raise ValueError("it must name a file with certificates in PEM") from None
        return value

    @field_validator("local_accounts")
    @classmethod
    def _check_local_accounts(cls, value: object, info: ValidationInfo) -> object:
        if not value and not info.data.get("oidc_issuer"):
            raise ValueError("set PORTAL_API_OIDC_ISSUER, or people have no way to sign in")
        return value

    def oidc(self, key_ring: KeyRing) -> OidcConfig | None:
        """Return the settings as values, or None without an issuer."""
        if not self.oidc_issuer:
            return None
        return OidcConfig(
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            redirect_uri=self.oidc_redirect_uri,
            key_ring=key_ring,
            client_secret=self.oidc_client_secret.get_secret_value(),
            client_authentication=self.oidc_client_authentication,
            scopes=self.oidc_scopes,
            name_claims=tuple(self.oidc_name_claim.split()),
            roles_claim=self.oidc_roles_claim,
            roles=self.oidc_roles,
            label=self.oidc_label,
            home=self.oidc_home,
            tenants=self.oidc_tenants,
            ca_file=self.oidc_ca_file,
        )
