"""Builds authentication, the audit, and the routes of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal_api.accounts.lockout import lockout_of_addresses, lockout_of_names
from portal_api.auth.authenticate import Authenticator
from portal_api.auth.first_admin import FirstAdminService
from portal_api.auth.known_devices import KnownDevices
from portal_api.auth.open_session import SessionOpener
from portal_api.auth.password_hasher import PasswordHasher
from portal_api.auth.session_cookie import SessionCookie
from portal_api.auth.sign_in import SignInService
from portal_api.routes.api_keys import api_keys
from portal_api.routes.audit import audit
from portal_api.routes.session import session
from portal_api.routes.sign_in import sign_in
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

    from common.client_address import Network
    from portal_api.accounts.config import AuthConfig


@dataclass(frozen=True, slots=True)
class AuthComponents:
    """The parts of authentication that the API and the composition root need.

    ``sign_in`` is the only router that needs no caller.
    """

    authenticator: Authenticator
    audit: Audit
    proxies: Sequence[Network]
    origins: Collection[str]
    cookie: SessionCookie
    sign_in: APIRouter
    routers: Sequence[APIRouter]
    hasher: PasswordHasher
    first_admin: FirstAdminService


def build_auth(
    database: AsyncIOMotorDatabase[dict[str, Any]], config: AuthConfig
) -> AuthComponents:
    """Return the parts of authentication, without a connection to a server."""
    user_store = Users(database)
    session_store = Sessions(database, config.lifetimes)
    key_store = ApiKeys(database)
    audit_store = Audit(database)
    waits = config.first_wait, config.longest_wait
    sign_in_store = SignIns(database, lockout_of_names(*waits), lockout_of_addresses(*waits))
    hasher = PasswordHasher()
    devices = KnownDevices(sign_in_store, is_secure=config.is_secure)
    cookie = SessionCookie(is_secure=config.is_secure)
    opener = SessionOpener(user_store, session_store, cookie)
    service = SignInService(user_store, opener, sign_in_store, hasher)
    return AuthComponents(
        authenticator=Authenticator(user_store, session_store, key_store, config.key),
        audit=audit_store,
        proxies=config.proxies,
        origins=config.origins,
        cookie=cookie,
        sign_in=sign_in(service, user_store, opener, devices),
        routers=[
            session(user_store, session_store, service, hasher, cookie),
            users(user_store, sign_in_store, hasher),
            api_keys(key_store),
            audit(audit_store),
        ],
        hasher=hasher,
        first_admin=FirstAdminService(user_store, audit_store, hasher),
    )
