"""MongoDB behind a slow network, with the writes that it confirmed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from tests.support.database import Database
from tests.support.tcp_proxy import TcpProxy


class SlowDatabase:
    """A database behind a slow network that counts time-outs and repeated writes."""

    def __init__(self, database: Database, proxy: TcpProxy, timeout_ms: int) -> None:
        url = f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true"
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            url, w="majority", timeoutMS=timeout_ms
        )
        self._database = client[database.name]
        self.timeouts = 0
        self.repeated = 0
        self.most = 0
        self._confirmed: set[tuple[str, str, str]] = set()

    def __getitem__(self, name: str) -> SimpleNamespace:
        async def bulk_write(operations: list[UpdateOne], **options: Any) -> Any:
            self.most = max(self.most, len(operations))
            names = [(name, one._filter["_id"], str(one._filter.get("rank"))) for one in operations]
            self.repeated += len(self._confirmed.intersection(names))
            collided: set[int] = set()
            try:
                return await self._database[name].bulk_write(operations, **options)
            except BulkWriteError as error:
                collided = {one["index"] for one in error.details["writeErrors"]}
                raise
            except Exception:
                self.timeouts += 1
                collided = set(range(len(operations)))
                raise
            finally:
                self._confirmed |= {one for place, one in enumerate(names) if place not in collided}

        return SimpleNamespace(bulk_write=bulk_write)
