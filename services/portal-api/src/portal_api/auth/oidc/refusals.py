"""The reasons to refuse a sign-in with OpenID Connect.

The sign-in page has a sentence for each reason (texts/en/accounts.ts). The audit has the reason.
"""

from __future__ import annotations

from enum import StrEnum

SIGN_IN_PAGE = "/login"


class OidcRefusal(StrEnum):
    """The reason of a refused sign-in, which is the value of ``refused`` in the page's address."""

    STATE = "state"
    """The answer belongs to another browser, another sign-in, or a sign-in that took too long."""
    USED = "used"
    """The answer was used before."""
    DENIED = "denied"
    """The provider or the user refused."""
    UNAVAILABLE = "unavailable"
    """The provider does not answer."""
    PROVIDER = "provider"
    """The provider's answer, metadata or registration does not fit the settings."""
    CODE = "code"
    """The provider did not accept the code."""
    SIGNATURE = "signature"
    """The ID token has no valid signature of the provider."""
    ISSUER = "issuer"
    """The answer or the ID token is of another issuer or tenant."""
    AUDIENCE = "audience"
    """The ID token is for another client."""
    NONCE = "nonce"
    """The ID token is of another sign-in."""
    CLOCK = "clock"
    """The ID token has expired, or is not valid yet."""
    TOKEN = "token"  # noqa: S105 - no secret
    """The ID token lacks a claim, or has an invalid one."""
    NO_ROLE = "no-role"
    """No value of the roles claim has a role in the settings."""
    NO_NAME = "no-name"
    """No name claim has a value that can name an account."""
    NAME_TAKEN = "name-taken"
    """Another account has the name."""
    DISABLED = "disabled"
    """An administrator disabled the account."""
    OTHER_ACCOUNT = "other-account"
    """The verification was done by another person than the session's."""
    NOT_VERIFIED = "not-verified"
    """The provider did not ask the person to sign in again."""
    BUSY = "busy"
    """Too many sign-ins at the same time."""
    DATABASE = "database"
    """MongoDB is unavailable."""


class SignInRefusedError(Exception):
    """A sign-in is refused. The text is for the log, and contains no token, code or secret.

    ``page`` is the page of the website that shows the reason.
    """

    def __init__(self, refusal: OidcRefusal, detail: str) -> None:
        super().__init__(detail)
        self.refusal = refusal
        self.page = SIGN_IN_PAGE
