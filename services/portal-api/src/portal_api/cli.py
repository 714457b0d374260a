"""The command line of ``mboc-portal-api``, and the commands that need one service alone."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from common.database import wait_for_database
from common.problem import message_of
from common.sealing import SealError
from portal_api.accounts.config import AuthConfig
from portal_api.accounts.user import UserName
from portal_api.build_auth import build_auth
from portal_api.errors import InvalidFieldError, PortalError
from portal_api.store.indexes import make_indexes
from portal_api.store.regroup import regroup

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.store.connectors import Connectors


def read_arguments() -> argparse.Namespace:
    """Return the ``command``, None to serve, and what belongs to it; ends the process on a wrong
    one, with a sentence and exit code 2.
    """
    parser = argparse.ArgumentParser(
        prog="mboc-portal-api",
        description="Records transactions and statuses and answers the portal's API.",
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser(
        "rekey",
        help=(
            "seal every connector's secrets with the first key of SECRET_KEYS; afterwards the "
            "other keys can go"
        ),
    )
    commands.add_parser(
        "migrate", help="make the indexes that are missing, and end; needs MONGODB_URL alone"
    )
    commands.add_parser(
        "openapi", help="print the API's description (OpenAPI, JSON); needs no settings"
    )
    creating = commands.add_parser(
        "create-admin",
        help=(
            "create an administrator; asks for the password, or reads standard input; needs "
            "MONGODB_URL alone"
        ),
    )
    creating.add_argument("name", help="what the account is called")
    giving_up = commands.add_parser(
        "give-up",
        help=(
            "after a restore, end what is shown as under way and nobody will hear of again; needs "
            "MONGODB_URL alone"
        ),
    )
    giving_up.add_argument(
        "before",
        type=moment,
        help="what was received before this moment, such as 2026-07-21T06:00:00Z",
    )
    return parser.parse_args()


def moment(text: str) -> datetime:
    """Read a moment of ISO 8601, UTC where it names no offset; raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


async def migrate(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Make what is missing, however long it takes, and say so."""
    await wait_for_database(database)
    await make_indexes(database)
    await regroup(database)
    sys.stdout.write("Every index of portal-api is there.\n")


async def rekey(connectors: Connectors) -> int:
    """Seal them anew and say how many; returns an exit code."""
    try:
        changed = await connectors.rekey()
    except SealError as error:
        sys.stderr.write(
            f"Stopped: {error}. Put that key back on SECRET_KEYS, behind the new one, and "
            "run this again.\n"
        )
        return 1
    sys.stdout.write(f"Sealed anew: the secrets of {changed} connectors and versions.\n")
    return 0


async def create_admin(database: AsyncIOMotorDatabase[dict[str, Any]], given: str) -> int:
    """Ask for the password, create the account, and say so; returns an exit code."""
    try:
        name = TypeAdapter(UserName).validate_python(given)
        await build_auth(database, AuthConfig()).first_admin.create(
            name, _password(), "create-admin"
        )
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
