"""Builds authentication, the audit, and the routes of accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from portal_api.accounts.lockout import lockout_of_addresses, lockout_of_names
from portal_api.auth.authenticate import Authenticator
from portal_api.auth.break_glass import BreakGlassService
from portal_api.auth.change_password import PasswordChangeService
from portal_api.auth.credentials import Credentials
from portal_api.auth.enrol import SecondFactorService
from portal_api.auth.first_admin import FirstAdminService
from portal_api.auth.known_devices import KnownDevices
from portal_api.auth.oidc.provider import Provider
from portal_api.auth.oidc.sign_in import OidcSignInService, OidcStores
from portal_api.auth.open_session import SessionOpener
from portal_api.auth.password_hasher import PasswordHasher
from portal_api.auth.refusals import Refusals
from portal_api.auth.session_cookie import SessionCookie, pending_cookie
from portal_api.auth.sign_in import SignInService
from portal_api.auth.wrong_keys import WrongKeys
from portal_api.routes.api_keys import api_keys
from portal_api.routes.audit import audit
from portal_api.routes.oidc import oidc
from portal_api.routes.second_factor import second_factor
from portal_api.routes.session import session
from portal_api.routes.sessions import sessions
from portal_api.routes.sign_in import sign_in
from portal_api.routes.users import users
from portal_api.store.account_changes import AccountChanges
from portal_api.store.api_keys import ApiKeys
from portal_api.store.audit import Audit
from portal_api.store.oidc_users import OidcUsers
from portal_api.store.pending_sign_ins import PendingSignIns
from portal_api.store.second_factors import SecondFactors
from portal_api.store.sessions import Sessions
from portal_api.store.sign_ins import SignIns
from portal_api.store.used_states import UsedStates
from portal_api.store.users import Users

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.client_address import Network
    from common.sealing import KeyRing
    from portal_api.accounts.config import AuthConfig


@dataclass(frozen=True, slots=True)
class AuthComponents:
    """The parts of authentication that the API and the composition root need.

    ``sign_in`` and ``oidc`` are the only routers that need no caller.
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
    break_glass: BreakGlassService
    refusals: Refusals
    oidc: APIRouter = field(default_factory=APIRouter)


def build_auth(
    database: AsyncIOMotorDatabase[dict[str, Any]], keys: KeyRing, config: AuthConfig
) -> AuthComponents:
    """Return the parts of authentication, without a connection to a server."""
    stores = _Stores.open(database, keys, config)
    hasher = PasswordHasher()
    credentials = Credentials(stores.users, stores.sign_ins, hasher, stores.factors)
    devices = KnownDevices(stores.sign_ins, is_secure=config.is_secure)
    cookie = SessionCookie(is_secure=config.is_secure)
    opener = SessionOpener(stores.users, stores.sessions, cookie)
    pending = PendingSignIns(database)
    policy = config.second_factor
    service = SignInService(stores.users, opener, credentials, hasher, pending, policy)
    factors = SecondFactorService(stores.users, stores.sessions, stores.factors, policy)
    oidc_stores = OidcStores(
        OidcUsers(database, stores.changes), stores.sessions, UsedStates(database), stores.audit
    )
    oidc_service = (
        OidcSignInService(config.oidc, Provider(config.oidc), oidc_stores, opener)
        if config.oidc
        else None
    )
    passwords = PasswordChangeService(
        stores.users, stores.changes, stores.sessions, service, credentials, hasher
    )
    return AuthComponents(
        authenticator=Authenticator(
            stores.users,
            stores.sessions,
            stores.api_keys,
            config.key,
            WrongKeys(lockout_of_addresses(config.first_wait, config.longest_wait)),
        ),
        audit=stores.audit,
        proxies=config.proxies,
        origins=config.origins,
        cookie=cookie,
        sign_in=sign_in(
            service,
            stores.users,
            opener,
            devices,
            pending_cookie(is_secure=config.is_secure),
            is_on=config.has_local_accounts,
        ),
        oidc=oidc(config, oidc_service, stores.users, opener),
        routers=[
            session(stores.users, stores.sessions, passwords, cookie),
            second_factor(factors, credentials, stores.sessions),
            sessions(stores.sessions, cookie),
            users(stores.users, stores.changes, stores.sessions, stores.sign_ins, hasher),
            api_keys(stores.api_keys),
            audit(stores.audit),
        ],
        hasher=hasher,
        first_admin=FirstAdminService(stores.users, stores.audit, hasher),
        break_glass=BreakGlassService(stores.changes, stores.audit),
        refusals=Refusals(stores.audit),
    )


@dataclass(frozen=True, slots=True)
class _Stores:
    """The stores of accounts, sessions, keys and the audit."""

    users: Users
    changes: AccountChanges
    sessions: Sessions
    api_keys: ApiKeys
    audit: Audit
    sign_ins: SignIns
    factors: SecondFactors

    @classmethod
    def open(
        cls, database: AsyncIOMotorDatabase[dict[str, Any]], keys: KeyRing, config: AuthConfig
    ) -> _Stores:
        """Return the stores of a database."""
        waits = config.first_wait, config.longest_wait
        return cls(
            users=Users(database),
            changes=AccountChanges(database),
            sessions=Sessions(database, config.lifetimes),
            api_keys=ApiKeys(database),
            audit=Audit(database),
            sign_ins=SignIns(database, lockout_of_names(*waits), lockout_of_addresses(*waits)),
            factors=SecondFactors(database, keys),
        )
