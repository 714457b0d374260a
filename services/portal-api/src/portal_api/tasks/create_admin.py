"""``mboc-portal-api create-admin NAME``: an administrator from the machine itself, where nobody can
sign in yet or any more.
"""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from common.problem import message_of
from portal_api.accounts.names import UserName
from portal_api.accounts.rules import Rules
from portal_api.doors import build_doors
from portal_api.errors import InvalidFieldError, PortalError

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase


async def create_admin(database: AsyncIOMotorDatabase[dict[str, Any]], given: str) -> int:
    """Ask for the password, create the account, and say so; returns an exit code."""
    try:
        name = TypeAdapter(UserName).validate_python(given)
        await build_doors(database, Rules()).first_admin.create(name, _password(), "create-admin")
    except ValidationError as error:
        sys.stderr.write(f"Stopped: the name {message_of(error.errors(include_url=False)[0])}.\n")
    except PortalError as error:
        sys.stderr.write(f"Stopped: {error}.\n")
    else:
        sys.stdout.write(f"Created: {name}, an administrator.\n")
        return 0
    return 1


def _password() -> str:
    """Read it: never from the command line, which everybody on the machine can see.

    Raises InvalidFieldError.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first, second = (
        getpass.getpass("Password (12 to 200 characters): "),
        getpass.getpass("The same again: "),
    )
    if first != second:
        raise InvalidFieldError("password", "the two are not the same")
    return first
