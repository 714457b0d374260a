"""Changes the own password of a signed-in user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal_api.accounts.password_policy import normalize
from portal_api.errors import InvalidFieldError

if TYPE_CHECKING:
    from portal_api.accounts.lockout import TrySource
    from portal_api.accounts.session_schemas import NewPassword
    from portal_api.auth.credentials import Credentials
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.auth.sign_in import SignInService
    from portal_api.store.account_changes import AccountChanges
    from portal_api.store.sessions import Sessions
    from portal_api.store.users import Users


class PasswordChangeService:
    """Replaces a password that its owner knows."""

    def __init__(
        self,
        users: Users,
        changes: AccountChanges,
        sessions: Sessions,
        sign_in: SignInService,
        credentials: Credentials,
        hasher: PasswordHasher,
    ) -> None:
        self._users = users
        self._changes = changes
        self._sessions = sessions
        self._sign_in = sign_in
        self._credentials = credentials
        self._hasher = hasher

    async def has_second_factor(self, name: str) -> bool:
        """Whether the account has a second factor.

        Raises ConflictError for an account without a password.
        """
        user = await self._users.get(name)
        user.require_password()
        return user.has_second_factor

    async def change(self, name: str, change: NewPassword, source: TrySource) -> int:
        """Replace the password, end the other sessions, and return the number of revoked API keys.

        The session of ``source`` stays, and its restriction to a first password is lifted. Raises
        LockedError, BusyError, ConflictError for an account of OpenID Connect, and
        InvalidFieldError for ``old`` or ``new``.
        """
        (await self._users.get(name)).require_password()
        old, new = change.old.get_secret_value(), change.new.get_secret_value()
        if not await self._credentials.is_password_of(name, old, source):
            raise InvalidFieldError("old", "is not your password")
        if normalize(old) == normalize(new):
            raise InvalidFieldError("new", "must differ from the current password")
        revoked = await self._changes.set_password(
            name,
            await self._hasher.hash_new(new, name, "new"),
            kept_session_id=source.session_id,
            revokes_keys=change.revoke_api_keys,
        )
        restriction = self._sign_in.restriction_of(await self._users.get(name))
        await self._sessions.restrict(source.session_id, restriction)
        return revoked
