"""Checks token requests by client credentials (RFC 6749, 4.4), as Entra does. Raises OAuthError."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

from simulator.errors import OAuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.authentication.requirements import TokenRequirement


class Client(NamedTuple):
    """The client of a token request."""

    id: str
    secret: str


def check_token_request(
    requirement: TokenRequirement, authorization: str | None, body: bytes
) -> None:
    """Raise an OAuthError unless the request is valid."""
    form = _form(body)
    if form.get("grant_type") != "client_credentials":
        raise OAuthError(
            "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type."
        )
    client = _client(requirement, authorization, form)
    if client.id != requirement.client_id:
        raise OAuthError(
            "unauthorized_client",
            (
                f"AADSTS700016: Application with identifier '{client.id}' was not found in "
                "the directory."
            ),
        )
    if not hmac.compare_digest(
        client.secret.encode(), requirement.client_secret.get_secret_value().encode()
    ):
        raise OAuthError("invalid_client", "AADSTS7000215: Invalid client secret provided.")
    if form.get("scope") != requirement.scope:
        raise OAuthError(
            "invalid_scope",
            (
                "AADSTS70011: The provided value for the input parameter 'scope' is not valid: "
                f"'{form.get('scope', '')}'."
            ),
        )


def _form(body: bytes) -> dict[str, str]:
    """Return the parameters. A repeated parameter is an error (RFC 6749, 3.2)."""
    pairs = parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise OAuthError("invalid_request", "AADSTS9000410: A parameter comes twice.")
    return dict(pairs)


def _client(
    requirement: TokenRequirement, authorization: str | None, form: Mapping[str, str]
) -> Client:
    """Return the client, from the only part of the request that this back office reads."""
    in_header, in_body = authorization is not None, "client_secret" in form
    if in_header and in_body:
        raise OAuthError(
            "invalid_request", "AADSTS90014: The client must not authenticate in two ways at once."
        )
    if requirement.client_secret_in == "basic":  # noqa: S105 - part of a request, not a secret
        return _from_header(authorization)
    if not in_body or "client_id" not in form:
        raise OAuthError(
            "invalid_client",
            (
                "AADSTS7000218: The request body must contain the parameters 'client_id' and "
                "'client_secret'."
            ),
        )
    return Client(form["client_id"], form["client_secret"])


def _from_header(authorization: str | None) -> Client:
    """Return id and secret of a Basic header. Each was form-urlencoded separately before base64
    (RFC 6749, 2.3.1).
    """
    scheme, _, encoded = (authorization or "").partition(" ")
    try:
        name, colon, secret = (
            base64.b64decode(encoded, validate=True).decode("ascii").partition(":")
        )
    except (binascii.Error, UnicodeDecodeError, ValueError):
        name = colon = secret = ""
    if scheme.lower() != "basic" or not colon:
        raise OAuthError(
            "invalid_client", "AADSTS7000216: A Basic header with client id and secret is required."
        )
    return Client(unquote_plus(name), unquote_plus(secret))
