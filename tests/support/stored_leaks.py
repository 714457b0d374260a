"""Scans the databases of the suite for its secrets."""

from __future__ import annotations

from common.database import open_database
from tests.support.secret_scan import SecretScan

SYSTEM_DATABASES = frozenset({"admin", "config", "local"})


async def stored_leaks(url: str, scan: SecretScan, name: str | None = None) -> list[str]:
    """Return a line for each stored document with a secret, in all databases or in one."""
    client = open_database(url, "admin").client
    names = [name] if name else set(await client.list_database_names()) - SYSTEM_DATABASES
    found = []
    for each in names:
        for collection in await client[each].list_collection_names():
            async for batch in client[each][collection].find_raw_batches():
                found += scan.leaks([(f"{each}.{collection}", batch)])
    client.close()
    return found
