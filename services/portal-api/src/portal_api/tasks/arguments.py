"""The command line of ``mboc-portal-api``."""

from __future__ import annotations

import argparse

from portal_api.tasks.give_up import moment


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
