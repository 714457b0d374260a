"""Who sends a request: an API key or a session's cookie -> a caller."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portal_api.accounts.roles import Caller, Role
from portal_api.accounts.tokens import hashed, id_in, is_same
from portal_api.errors import UnknownCallerError

if TYPE_CHECKING:
    from portal_api.accounts.api_key import ApiKey
    from portal_api.store.api_keys import ApiKeys
    from portal_api.store.sessions import Sessions
    from portal_api.store.users import Users

SETTING = "PORTAL_API_KEY"
"""The name of whoever has the key of that setting; no account can have it."""
NO_CREDENTIALS = "Sign in, or send an API key as X-API-KEY"
ENDED = "The session has ended: sign in again"
WRONG_KEY = "The API key is wrong, revoked or expired"


class Authenticator:
    """Credentials -> caller, with one read by id for a session, and two for an API key."""

    def __init__(self, users: Users, sessions: Sessions, api_keys: ApiKeys, setting: str) -> None:
        self._users = users
        self._sessions = sessions
        self._api_keys = api_keys
        self._setting = setting

    async def __call__(self, key: str, token: str, address: str, *, is_use: bool = True) -> Caller:
        """Return the caller; a key goes before a cookie, and a use of either is noted.

        Raises UnknownCallerError.
        """
        if key:
            return await self._by_key(key, address, is_use=is_use)
        if token:
            return await self._by_session(token, address, is_use=is_use)
        raise UnknownCallerError(NO_CREDENTIALS)

    async def _by_session(self, token: str, address: str, *, is_use: bool) -> Caller:
        now = datetime.now(UTC)
        session = await self._sessions.find(hashed(token), now)
        if session is None:
            raise UnknownCallerError(ENDED)
        if is_use:
            await self._sessions.seen(session, now)
        return Caller(session.name, session.role, address, "session", session.session_id)

    async def _by_key(self, given: str, address: str, *, is_use: bool) -> Caller:
        if self._setting and is_same(hashed(given), hashed(self._setting)):
            return Caller(SETTING, Role.ADMIN, address, SETTING)
        now, api_key_id = datetime.now(UTC), id_in(given)
        key = await self._api_keys.find(api_key_id) if api_key_id else None
        if key is None or not is_same(hashed(given), key.hash) or key.is_expired(now):
            raise UnknownCallerError(WRONG_KEY)
        role = await self._role(key)
        if is_use:
            await self._api_keys.used(key, now)
        return Caller(key.owner, role, address, f"API key {key.api_key_id}")

    async def _role(self, key: ApiKey) -> Role:
        """Return what the key may still do: never more than its owner may now, and nothing once
        the owner is gone.
        """
        if key.owner == SETTING and self._setting:
            return key.role
        owner = await self._users.find(key.owner)
        if owner is None or not owner.enabled:
            raise UnknownCallerError(WRONG_KEY)
        return key.role.at_most(owner.role)
