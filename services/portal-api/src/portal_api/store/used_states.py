"""The states of sign-ins whose answer was used, so that no answer counts twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from portal_api.accounts.tokens import token_hash
from portal_api.store.errors import translate_errors

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase


class UsedStates:
    """Documents of the collection ``sign_ins``, which MongoDB deletes when the state expires."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._sign_ins = database["sign_ins"]

    async def use(self, state: str, lifetime: timedelta) -> bool:
        """Record the use of the state, and return whether it is the first one.

        Raises StoreUnavailableError.
        """
        document = {
            "_id": f"state {token_hash(state)}",
            "forgotten_at": datetime.now(UTC) + lifetime,
        }
        try:
            with translate_errors():
                await self._sign_ins.insert_one(document)
        except DuplicateKeyError:
            return False
        return True
