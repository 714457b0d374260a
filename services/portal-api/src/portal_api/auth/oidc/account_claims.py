"""The name and the role of an account, from the claims of its ID token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from portal_api.accounts.user import UserName
from portal_api.auth.oidc.refusals import OidcRefusal, SignInRefusedError

if TYPE_CHECKING:
    from portal_api.accounts.oidc_config import OidcConfig
    from portal_api.accounts.roles import Role

_NAME: TypeAdapter[str] = TypeAdapter(UserName)


def name_of(claims: dict[str, Any], config: OidcConfig) -> str:
    """Return the first name claim that can name an account. Raises SignInRefusedError."""
    for path in config.name_claims:
        try:
            return _NAME.validate_python(claim_at(claims, path), strict=True)
        except ValidationError:
            continue
    raise SignInRefusedError(
        OidcRefusal.NO_NAME,
        "PORTAL_API_OIDC_NAME_CLAIM: no claim of it has a value that can name an account",
    )


def role_of(claims: dict[str, Any], config: OidcConfig) -> Role:
    """Return the highest role that the roles claim has by the settings. Raises
    SignInRefusedError.
    """
    value = claim_at(claims, config.roles_claim)
    values = value if isinstance(value, list) else [value]
    roles = [config.roles[one] for one in values if isinstance(one, str) and one in config.roles]
    if not roles:
        raise SignInRefusedError(
            OidcRefusal.NO_ROLE,
            f"the claim {config.roles_claim} has no value of PORTAL_API_OIDC_ROLES",
        )
    highest = roles[0]
    for role in roles:
        highest = role if role.may(highest) else highest
    return highest


def claim_at(claims: dict[str, Any], path: str) -> Any:
    """Return the claim of this name, or at this path with dots, or None.

    Some providers use names with dots, such as ``https://cronus.example/roles``.
    """
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found
