"""Everything that decides who comes in, put together: what ``api.py`` places in front of the
routes, and the routes of accounts themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal_api.accounts.lockout import lockout_of_addresses, lockout_of_names
from portal_api.auth.authenticate import Authenticator
from portal_api.auth.first_admin import FirstAdmin
from portal_api.auth.password_hasher import PasswordHasher
from portal_api.auth.sign_in import SignInService
from portal_api.routes.api_keys import api_keys
from portal_api.routes.audit import audit
from portal_api.routes.session import session
from portal_api.routes.sign_in import signing_in
from portal_api.routes.users import users
from portal_api.store.api_keys import ApiKeys
from portal_api.store.audit import Audit
from portal_api.store.sessions import Sessions
from portal_api.store.sign_ins import SignIns
from portal_api.store.users import Users

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fastapi import APIRouter
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.client_address import Network
    from portal_api.accounts.config import AuthConfig


@dataclass(frozen=True, slots=True)
class AuthComponents:
    """Recognising callers, the audit, the route that nobody needs to be known for, and
    those of accounts.
    """

    authenticator: Authenticator
    audit: Audit
    proxies: Sequence[Network]
    origins: Collection[str]
    sign_in: APIRouter
    routers: Sequence[APIRouter]
    hasher: PasswordHasher
    first_admin: FirstAdmin


def build_auth(database: AsyncIOMotorDatabase[dict[str, Any]], rules: AuthConfig) -> AuthComponents:
    """Return all of it; nothing is connected to."""
    users_store, sessions, keys, audit_store = (
        Users(database),
        Sessions(database, rules.lifetimes),
        ApiKeys(database),
        Audit(database),
    )
    waits = rules.first_wait, rules.longest_wait
    sign_ins, hasher = (
        SignIns(database, lockout_of_names(*waits), lockout_of_addresses(*waits)),
        PasswordHasher(),
    )
    sign_in = SignInService(users_store, sessions, sign_ins, hasher)
    return AuthComponents(
        authenticator=Authenticator(users_store, sessions, keys, rules.key),
        audit=audit_store,
        proxies=rules.proxies,
        origins=rules.origins,
        sign_in=signing_in(sign_in, users_store, is_secure=rules.is_secure),
        routers=[
            session(users_store, sessions, sign_in, hasher),
            users(users_store, sign_ins, hasher),
            api_keys(keys),
            audit(audit_store),
        ],
        hasher=hasher,
        first_admin=FirstAdmin(users_store, audit_store, hasher),
    )
