"""Authenticates a request: an API key or a session's cookie -> the caller."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portal_api.accounts.roles import Caller, Role
from portal_api.accounts.tokens import api_key_id_of, is_same, token_hash
from portal_api.errors import LockedError, UnknownCallerError

if TYPE_CHECKING:
    from portal_api.accounts.api_key import ApiKey
    from portal_api.auth.wrong_keys import WrongKeys
    from portal_api.store.api_keys import ApiKeys
    from portal_api.store.sessions import Sessions
    from portal_api.store.users import Users

SETTING = "PORTAL_API_KEY"
"""The caller's name for the key of this setting. No account can have this name."""
NO_CREDENTIALS = "Sign in, or send an API key as X-API-KEY"
ENDED = "The session has ended: sign in again"
WRONG_KEY = "The API key is wrong, revoked or expired"
TOO_MANY_KEYS = "Too many wrong API keys from this network: use a valid key, or try again later"


class Authenticator:
    """Finds the caller of credentials: one read by id for a session, two for an API key."""

    def __init__(
        self,
        users: Users,
        sessions: Sessions,
        api_keys: ApiKeys,
        setting: str,
        wrong_keys: WrongKeys,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._api_keys = api_keys
        self._setting = setting
        self._wrong_keys = wrong_keys

    async def authenticate(
        self, key: str, token: str, address: str, *, is_use: bool = True
    ) -> Caller:
        """Return the caller, and record the use of the key or the session.

        A key has precedence over a token. Raises UnknownCallerError, and LockedError after too many
        wrong keys of a network.
        """
        if key:
            return await self._caller_of_key(key, address, is_use=is_use)
        if token:
            return await self._caller_of_session(token, address, is_use=is_use)
        raise UnknownCallerError(NO_CREDENTIALS)

    async def _caller_of_session(self, token: str, address: str, *, is_use: bool) -> Caller:
        now = datetime.now(UTC)
        session = await self._sessions.find(token_hash(token), now)
        if session is None:
            raise UnknownCallerError(ENDED)
        if is_use:
            await self._sessions.extend(session, address, now)
        return Caller(
            session.name,
            session.role,
            address,
            "session",
            session.session_id,
            self._sessions.verified_until(session),
            session.restriction,
        )

    async def _caller_of_key(self, sent_key: str, address: str, *, is_use: bool) -> Caller:
        sent_hash = token_hash(sent_key)
        if self._setting and is_same(sent_hash, token_hash(self._setting)):
            return Caller(SETTING, Role.ADMIN, address, SETTING)
        try:
            return await self._caller_of_stored_key(sent_key, sent_hash, address, is_use=is_use)
        except UnknownCallerError:
            if wait := self._wrong_keys.count(address, datetime.now(UTC)):
                raise LockedError(wait, TOO_MANY_KEYS) from None
            raise

    async def _caller_of_stored_key(
        self, sent_key: str, sent_hash: str, address: str, *, is_use: bool
    ) -> Caller:
        now = datetime.now(UTC)
        api_key_id = api_key_id_of(sent_key)
        key = await self._api_keys.find(api_key_id) if api_key_id else None
        if key is None or not is_same(sent_hash, key.hash) or key.is_expired(now):
            raise UnknownCallerError(WRONG_KEY)
        role = await self._role_of(key)
        if is_use:
            await self._api_keys.record_use(key, now)
        via = f"API key {key.api_key_id}"
        return Caller(key.owner, role, address, via, expires_at=key.expires_at)

    async def _role_of(self, key: ApiKey) -> Role:
        """Return the role of the key, limited to the present role of its owner.

        A key without an enabled owner is refused.
        """
        if key.owner == SETTING and self._setting:
            return key.role
        owner = await self._users.find(key.owner)
        if owner is None or not owner.enabled:
            raise UnknownCallerError(WRONG_KEY)
        return key.role.at_most(owner.role)
