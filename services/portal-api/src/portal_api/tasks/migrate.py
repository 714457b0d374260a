"""``mboc-portal-api migrate``: the indexes and causes of this version, beside a running older
one.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from common.database import wait_for_database
from portal_api.store.indexes import make_indexes
from portal_api.store.regroup import regroup

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase


async def migrate(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Make what is missing, however long it takes, and say so."""
    await wait_for_database(database)
    await make_indexes(database)
    await regroup(database)
    sys.stdout.write("Every index of portal-api is there.\n")
