"""The command ``mboc-dispatcher test``: a connection test from the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dispatcher.connection_test.run import run_connection_test
from dispatcher.unreadable import UnreadableConnector, parse_connector

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from dispatcher.back_offices.http_client import SharedResources


async def print_connection_test(
    connector_id: str, database: AsyncIOMotorDatabase[dict[str, Any]], shared: SharedResources
) -> int:
    """Print the steps of the test and return an exit code.

    The code is 0 for a test that passed, 1 for a test that failed, and 2 without a connector.
    """
    document = await database["connectors"].find_one({"_id": connector_id})
    if document is None:
        sys.stderr.write(f"There is no connector {connector_id}.\n")
        return 2
    connector = parse_connector(document)
    if connector is None or isinstance(connector, UnreadableConnector):
        sys.stderr.write("The connector cannot be read: save it again in the portal.\n")
        return 2
    result = await run_connection_test(connector, shared)
    for step in result.steps:
        passed = "passed" if step.passed else "FAILED"
        sys.stdout.write(f"{passed}  {step.name:<15} {step.sentence}\n")
    return 0 if result.passed else 1
