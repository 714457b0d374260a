"""Sign-in with OpenID Connect: the answer of the provider -> a session, or a verified session."""

from __future__ import annotations

import hmac
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog

from portal_api.accounts.audit_entry import AuditEntry
from portal_api.accounts.user import Identity
from portal_api.auth.oidc.account_claims import name_of, role_of
from portal_api.auth.oidc.id_token import (
    CLOCK_SKEW_S,
    ExpectedToken,
    UnknownKeyError,
    allowed_issuers,
    verified_claims,
)
from portal_api.auth.oidc.pending import LIFETIME_S, Purpose, new_pending, seal, unseal
from portal_api.auth.oidc.refusals import OidcRefusal, SignInRefusedError
from portal_api.errors import ConflictError, StoreUnavailableError, UnknownCallerError
from portal_api.metrics import OIDC_SIGN_INS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal_api.accounts.oidc_config import OidcConfig
    from portal_api.accounts.session import SessionOrigin
    from portal_api.accounts.user import User
    from portal_api.auth.oidc.pending import SignInInProgress
    from portal_api.auth.oidc.provider import Provider
    from portal_api.auth.open_session import NewSession, SessionOpener
    from portal_api.store.audit import Audit
    from portal_api.store.oidc_users import OidcUsers
    from portal_api.store.sessions import Sessions
    from portal_api.store.used_states import UsedStates

log = structlog.get_logger()
ACTIONS = {
    Purpose.SIGN_IN: "sign_in_with_openid_connect",
    Purpose.VERIFY: "verify_with_openid_connect",
}
UNKNOWN = "(unknown account)"
MAX_RUNNING = 50
"""Answers of the provider in work at the same time, on each replica."""
UNAVAILABLE_ERRORS = {"temporarily_unavailable", "server_error"}
DENIED_ERRORS = {
    "access_denied",
    "login_required",
    "interaction_required",
    "consent_required",
    "account_selection_required",
}
SEE_OTHER, REFUSED = 303, 403

for outcome in ("right", *OidcRefusal):
    # A series that begins at 0 shows its first event as an increase.
    OIDC_SIGN_INS.labels(str(outcome))


class ProviderAnswer(NamedTuple):
    """The parameters with which the provider sends the browser back (RFC 6749, 4.1.2)."""

    state: str
    code: str = ""
    error: str = ""
    issuer: str | None = None


class OidcStores(NamedTuple):
    """The stores that a sign-in reads and writes."""

    users: OidcUsers
    sessions: Sessions
    used_states: UsedStates
    audit: Audit


class OidcSignInService:
    """Signs accounts in, and verifies the person of a session. Raises SignInRefusedError."""

    def __init__(
        self, config: OidcConfig, provider: Provider, stores: OidcStores, opener: SessionOpener
    ) -> None:
        self._config = config
        self._provider = provider
        self._stores = stores
        self._opener = opener
        self._running = 0

    async def start(
        self, purpose: Purpose, return_path: str, session_id: str | None
    ) -> tuple[str, str]:
        """Return the provider's address for the browser, and the value of the browser's cookie."""
        pending = new_pending(purpose, return_path, session_id)
        with _counted(), _shown_on(pending):
            url = await self._provider.authorization_url(pending)
        return url, seal(pending, self._config.key_ring)

    async def finish(
        self, cookie: str, answer: ProviderAnswer, origin: SessionOrigin
    ) -> tuple[SignInInProgress, NewSession | None]:
        """Return the new session, or None after a verification.

        A refusal has an audit entry if the browser has started the sign-in. Otherwise it has a log
        line, because strangers could fill the audit.
        """
        with _counted():
            pending = self._pending_of(cookie, answer)
            entry = AuditEntry(
                ACTIONS[pending.purpose], origin.address, target=UNKNOWN, via="session"
            )
            try:
                with _shown_on(pending), _translated(), self._bounded():
                    new = await self._finish(pending, answer, origin, entry)
            except SignInRefusedError as error:
                entry.outcome, entry.after = REFUSED, {"reason": str(error.refusal)}
                await self._finish_entry(entry)
                raise
            entry.outcome = SEE_OTHER
            await self._finish_entry(entry)
        OIDC_SIGN_INS.labels("right").inc()
        return pending, new

    def _pending_of(self, cookie: str, answer: ProviderAnswer) -> SignInInProgress:
        pending = unseal(cookie, self._config.key_ring)
        if pending is None or not hmac.compare_digest(
            pending.state.encode(), answer.state.encode(errors="replace")
        ):
            raise SignInRefusedError(
                OidcRefusal.STATE, "the answer does not belong to a sign-in of this browser"
            )
        return pending

    async def _finish(
        self,
        pending: SignInInProgress,
        answer: ProviderAnswer,
        origin: SessionOrigin,
        entry: AuditEntry,
    ) -> NewSession | None:
        lifetime = timedelta(seconds=LIFETIME_S)
        if not await self._stores.used_states.use(pending.state, lifetime):
            raise SignInRefusedError(OidcRefusal.USED, "the answer was used before")
        claims = await self._claims_of(pending, answer)
        if pending.purpose is Purpose.VERIFY:
            await self._verify(pending, claims, entry)
            return None
        # the provider's answer comes from another site, so it has no cookie of the earlier session
        origin = replace(origin, earlier_session_id=pending.session_id)
        return await self._sign_in(claims, origin, entry)

    async def _claims_of(self, pending: SignInInProgress, answer: ProviderAnswer) -> dict[str, Any]:
        """Return the claims of the verified ID token."""
        metadata = await self._provider.metadata()
        self._check_issuer(
            answer.issuer,
            metadata.issuer,
            is_needed=metadata.authorization_response_iss_parameter_supported,
        )
        if answer.error or not answer.code:
            raise SignInRefusedError(_refusal_of(answer.error), "the provider sent an error")
        tokens = await self._provider.redeem(answer.code, pending.verifier)
        expected = ExpectedToken(metadata.issuer, pending.nonce, tokens.access_token)
        keys = await self._provider.keys.read(metadata.jwks_uri)
        try:
            return verified_claims(tokens.id_token, keys, expected, self._config)
        except UnknownKeyError:
            keys = await self._provider.keys.read_again(metadata.jwks_uri)
        try:
            return verified_claims(tokens.id_token, keys, expected, self._config)
        except UnknownKeyError as error:
            raise SignInRefusedError(OidcRefusal.SIGNATURE, "the key is unknown") from error

    def _check_issuer(self, issuer: str | None, of_metadata: str, *, is_needed: bool) -> None:
        """Check the issuer of the answer, against answers of another provider (RFC 9207, 2.4)."""
        if issuer is None and not is_needed:
            return
        if issuer not in allowed_issuers(of_metadata, self._config):
            raise SignInRefusedError(OidcRefusal.ISSUER, "the answer names another issuer, or none")

    async def _sign_in(
        self, claims: dict[str, Any], origin: SessionOrigin, entry: AuditEntry
    ) -> NewSession:
        role, name = role_of(claims, self._config), name_of(claims, self._config)
        entry.target = name
        await self._stores.audit.begin(entry)
        try:
            user = await self._stores.users.ensure(_identity_of(claims), name, role)
        except ConflictError as error:
            raise SignInRefusedError(OidcRefusal.NAME_TAKEN, str(error)) from error
        _record(entry, user)
        if not user.enabled:
            raise SignInRefusedError(OidcRefusal.DISABLED, "the account is disabled")
        now = datetime.now(UTC)
        try:
            return await self._opener.open(
                user, now, origin, verified_at=_authenticated_at(claims, now)
            )
        except UnknownCallerError as error:
            raise SignInRefusedError(OidcRefusal.DISABLED, str(error)) from error

    async def _verify(
        self, pending: SignInInProgress, claims: dict[str, Any], entry: AuditEntry
    ) -> None:
        """Set the time of the session's verification.

        The provider must have asked the person after the start (OpenID Connect Core 1.0, 2,
        ``auth_time``).
        """
        now = datetime.now(UTC)
        session = await self._stores.sessions.find(pending.session_id or "", now)
        user = await self._stores.users.find(_identity_of(claims))
        if session is None or user is None or user.name != session.name or not user.enabled:
            raise SignInRefusedError(OidcRefusal.OTHER_ACCOUNT, "the session is of another account")
        _record(entry, user)
        at = claims.get("auth_time")
        if not isinstance(at, int | float) or at < pending.started_at - CLOCK_SKEW_S:
            raise SignInRefusedError(OidcRefusal.NOT_VERIFIED, "the claim auth_time is too old")
        await self._stores.audit.begin(entry)
        await self._stores.sessions.verify(session.session_id, now)

    async def _finish_entry(self, entry: AuditEntry) -> None:
        try:
            await self._stores.audit.finish(entry)
        except StoreUnavailableError:
            log.warning(
                "an outcome is not in the audit", action=entry.action, outcome=entry.outcome
            )

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        if self._running >= MAX_RUNNING:
            raise SignInRefusedError(OidcRefusal.BUSY, "too many sign-ins at the same time")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


@contextmanager
def _counted() -> Iterator[None]:
    """Count and log a refusal."""
    try:
        yield
    except SignInRefusedError as error:
        OIDC_SIGN_INS.labels(str(error.refusal)).inc()
        log.warning(
            "a sign-in with OpenID Connect is refused",
            reason=str(error.refusal),
            detail=str(error),
        )
        raise


@contextmanager
def _shown_on(pending: SignInInProgress) -> Iterator[None]:
    """Show the refusal of a verification on the page that asked for it."""
    try:
        yield
    except SignInRefusedError as error:
        if pending.purpose is Purpose.VERIFY:
            error.page = pending.return_path.partition("?")[0]
        raise


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except StoreUnavailableError as error:
        raise SignInRefusedError(OidcRefusal.DATABASE, "MongoDB is unavailable") from error


def _refusal_of(error: str) -> OidcRefusal:
    """Return the reason for an error code of the provider (RFC 6749, 4.1.2.1).

    The page shows no text of the provider, because everyone can write text into the address.
    """
    if error in DENIED_ERRORS:
        return OidcRefusal.DENIED
    return OidcRefusal.UNAVAILABLE if error in UNAVAILABLE_ERRORS else OidcRefusal.PROVIDER


def _identity_of(claims: dict[str, Any]) -> Identity:
    return Identity(claims["iss"], claims["sub"])


def _record(entry: AuditEntry, user: User) -> None:
    entry.target = entry.who = user.name
    entry.role = user.role


def _authenticated_at(claims: dict[str, Any], now: datetime) -> datetime:
    """Return the time when the person proved the identity to the provider.

    Without the claim ``auth_time`` it is unknown, so the session counts as not verified.
    """
    at = claims.get("auth_time")
    if not isinstance(at, int | float) or not 0 <= at <= now.timestamp():
        return datetime.fromtimestamp(0, UTC)
    return datetime.fromtimestamp(at, UTC)
