"""Everything that decides who comes in, put together: what ``api.py`` places in front of the
routes, and the routes of accounts themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal_api.accounts.lockout import patience_with_addresses, patience_with_names
from portal_api.auth.authenticate import Recognise
from portal_api.auth.first_admin import FirstAdmin
from portal_api.auth.password_hasher import Hasher
from portal_api.auth.sign_in import SignIn
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
    from portal_api.accounts.config import Rules


@dataclass(frozen=True, slots=True)
class Doors:
    """Recognising callers, the audit, the route that nobody needs to be known for, and
    those of accounts.
    """

    recognise: Recognise
    audit: Audit
    proxies: Sequence[Network]
    origins: Collection[str]
    sign_in: APIRouter
    routers: Sequence[APIRouter]
    hasher: Hasher
    first_admin: FirstAdmin


def build_doors(database: AsyncIOMotorDatabase[dict[str, Any]], rules: Rules) -> Doors:
    """Return all of it; nothing is connected to."""
    people, sessions, keys, trail = (
        Users(database),
        Sessions(database, rules.lifetimes),
        ApiKeys(database),
        Audit(database),
    )
    waits = rules.first_wait, rules.longest_wait
    sign_ins, hasher = (
        SignIns(database, patience_with_names(*waits), patience_with_addresses(*waits)),
        Hasher(),
    )
    sign_in = SignIn(people, sessions, sign_ins, hasher)
    return Doors(
        recognise=Recognise(people, sessions, keys, rules.key),
        audit=trail,
        proxies=rules.proxies,
        origins=rules.origins,
        sign_in=signing_in(sign_in, people, is_secure=rules.is_secure),
        routers=[
            session(people, sessions, sign_in, hasher),
            users(people, sign_ins, hasher),
            api_keys(keys),
            audit(trail),
        ],
        hasher=hasher,
        first_admin=FirstAdmin(people, trail, hasher),
    )
