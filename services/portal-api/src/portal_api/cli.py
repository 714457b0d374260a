"""The command line of ``mboc-portal-api``, and its commands."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from common.database import wait_for_database
from common.problem import message_of
from common.sealing import KeyRing, SealError
from portal_api.accounts.config import AuthConfig
from portal_api.accounts.user import UserName, as_name
from portal_api.build_auth import build_auth
from portal_api.errors import InvalidFieldError, PortalError
from portal_api.recording.fail_unfinished import fail_unfinished
from portal_api.recording.record import Recorder
from portal_api.store.indexes import create_indexes
from portal_api.store.regroup import regroup
from portal_api.store.rekey import rekey as rekey_connectors
from portal_api.store.second_factors import SecondFactors
from portal_api.store.statistics import Statistics
from portal_api.store.unfinished import UnfinishedDeliveries
from portal_api.store.writer import Writer

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    Database = AsyncIOMotorDatabase[dict[str, Any]]


def read_arguments() -> argparse.Namespace:
    """Return the ``command`` and its arguments. The command is None to serve.

    A wrong argument ends the process with a sentence and exit code 2.
    """
    parser = argparse.ArgumentParser(
        prog="mboc-portal-api",
        description="Records transactions and statuses, and serves the portal's API.",
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser(
        "rekey",
        help=(
            "seal the secrets of all connectors and second factors with the first key of "
            "SECRET_KEYS; remove the other keys afterwards"
        ),
    )
    commands.add_parser(
        "migrate", help="create the missing indexes and exit; needs MONGODB_URL only"
    )
    commands.add_parser("openapi", help="print the OpenAPI document (JSON); needs no settings")
    create_parser = commands.add_parser(
        "create-admin",
        help=(
            "create an administrator; reads the password from the terminal or from standard "
            "input; needs MONGODB_URL only"
        ),
    )
    create_parser.add_argument("name", help="name of the account")
    reset_parser = commands.add_parser(
        "reset-second-factor",
        help=(
            "remove the second factor of an account whose owner lost it, when no administrator can "
            "sign in; needs MONGODB_URL only"
        ),
    )
    reset_parser.add_argument("name", help="name of the account")
    give_up_parser = commands.add_parser(
        "give-up",
        help=(
            "after a restore of a backup, end the deliveries that the backup shows as under way; "
            "needs MONGODB_URL only"
        ),
    )
    give_up_parser.add_argument(
        "before",
        type=moment,
        help="end deliveries received before this time, such as 2026-07-21T06:00:00Z",
    )
    return parser.parse_args()


def moment(text: str) -> datetime:
    """Return the time of an ISO 8601 text. Without an offset it is UTC. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


async def migrate(database: Database) -> None:
    """Create the missing indexes, and write the missing causes of stored deliveries."""
    await wait_for_database(database)
    await create_indexes(database)
    await regroup(database)
    sys.stdout.write("All indexes of portal-api exist.\n")


async def give_up(database: Database, before: datetime) -> None:
    """End the deliveries under way that were received before this time, as *Failed*."""
    await wait_for_database(database)
    recorder = Recorder(Writer(database), Statistics(database))
    count = await fail_unfinished(UnfinishedDeliveries(database), recorder, before)
    sys.stdout.write(f"Ended: {count} deliveries. They are Failed with an unknown outcome.\n")


async def rekey(database: Database, keys: KeyRing) -> int:
    """Seal all secrets with the first key, and return the exit code."""
    try:
        changed, without_destination = await rekey_connectors(database, keys)
        accounts = await SecondFactors(database, keys).rekey()
    except SealError as error:
        sys.stderr.write(
            f"Stopped: {error}. Add that key to SECRET_KEYS after the new key, and run this "
            "command again.\n"
        )
        return 1
    sys.stdout.write(
        f"Sealed again: the secrets of {changed} connectors and versions, and of {accounts} second "
        "factors.\n"
    )
    if without_destination:
        sys.stderr.write(
            f"{without_destination} connectors and versions have secrets of an earlier build, "
            "which no delivery can use. Put a new key in front of SECRET_KEYS and run this command "
            "again, or enter the secrets again.\n"
        )
    return 1 if without_destination else 0


async def create_admin(database: Database, name: str) -> int:
    """Read the password, create the account, and return the exit code."""
    try:
        checked_name = TypeAdapter(UserName).validate_python(name)
        await build_auth(database, KeyRing({}), AuthConfig()).first_admin.create(
            checked_name, _read_password(), "create-admin"
        )
    except ValidationError as error:
        sys.stderr.write(f"Stopped: the name {message_of(error.errors(include_url=False)[0])}.\n")
    except PortalError as error:
        sys.stderr.write(f"Stopped: {error}.\n")
    else:
        sys.stdout.write(f"Created: {checked_name}, an administrator.\n")
        return 0
    return 1


async def reset_second_factor(database: Database, name: str) -> int:
    """Remove the second factor of an account, and return the exit code."""
    checked_name = as_name(name)
    try:
        auth = build_auth(database, KeyRing({}), AuthConfig())
        await auth.break_glass.reset_second_factor(checked_name)
    except PortalError as error:
        sys.stderr.write(f"Stopped: {error}.\n")
        return 1
    sys.stdout.write(f"Removed: the second factor of {checked_name}. Its sessions have ended.\n")
    return 0


def _read_password() -> str:
    """Return the password from the terminal or from standard input. Raises InvalidFieldError.

    The password is no argument, because every user of the machine can see the arguments.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password (12 to 200 characters): ")
    if password != getpass.getpass("Repeat the password: "):
        raise InvalidFieldError("password", "the two passwords differ, enter it again")
    return password
