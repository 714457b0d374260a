"""Counts wrong passwords in a row. Each try is counted before the password is checked, so 100
concurrent guesses on any replica count as 100.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pymongo import ReturnDocument

from common.client_address import lockout_key_of
from portal_api.store.errors import translate_errors

if TYPE_CHECKING:
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.lockout import LockoutPolicy

MS = timedelta(milliseconds=1)


class SignIns:
    """The collection ``sign_ins``, with one document per name and one per address with recent
    failures.

    MongoDB deletes the documents after the policy's memory. A name is stored as a hash, because
    people type passwords into the name field.
    """

    def __init__(
        self,
        database: AsyncIOMotorDatabase[dict[str, Any]],
        name_policy: LockoutPolicy,
        address_policy: LockoutPolicy,
    ) -> None:
        self._sign_ins = database["sign_ins"]
        self._name_policy = name_policy
        self._address_policy = address_policy

    async def begin(self, name: str, address: str, now: datetime) -> timedelta:
        """Count a try as a failure, and return the time to wait first. No password may be checked
        during the wait.
        """
        wait = await self._count(_address_key(address), self._address_policy, now)
        return wait or await self._count(_name_key(name), self._name_policy, now)

    async def record_success(self, name: str, address: str, now: datetime) -> None:
        """Forget the name's failures, and uncount this try of the address."""
        stages = [
            {
                "$set": {
                    "failures": {"$max": [0, {"$subtract": ["$failures", 1]}]},
                    "locked_until": now,
                }
            }
        ]
        await self.forget(name)
        with translate_errors():
            await self._sign_ins.update_one({"_id": _address_key(address)}, stages)

    async def forget(self, name: str) -> None:
        """Unlock the name at once."""
        with translate_errors():
            await self._sign_ins.delete_one({"_id": _name_key(name)})

    async def _count(self, key: str, policy: LockoutPolicy, now: datetime) -> timedelta:
        with translate_errors():
            before = await self._sign_ins.find_one_and_update(
                {"_id": key},
                _count_stages(policy, now),
                upsert=True,
                return_document=ReturnDocument.BEFORE,
            )
        return max(before["locked_until"] - now, timedelta(0)) if before else timedelta(0)


def _count_stages(policy: LockoutPolicy, now: datetime) -> list[dict[str, Any]]:
    """Return the update that counts one more failure and sets the wait after it.

    It changes nothing during a wait.
    """
    waits = [wait // MS for wait in policy.waits()]
    is_locked = {"$gt": ["$locked_until", now]}
    known = {"$cond": [{"$gt": ["$forgotten_at", now]}, "$failures", 0]}
    wait = {"$arrayElemAt": [waits, {"$min": ["$failures", len(waits) - 1]}]}
    return [
        {"$set": {"failures": {"$cond": [is_locked, "$failures", {"$add": [known, 1]}]}}},
        {"$set": {"locked_until": {"$cond": [is_locked, "$locked_until", {"$add": [now, wait]}]}}},
        {"$set": {"forgotten_at": {"$add": ["$locked_until", policy.memory // MS]}}},
    ]


def _name_key(name: str) -> str:
    return f"name {hashlib.sha256(name.encode(errors='replace')).hexdigest()}"


def _address_key(address: str) -> str:
    return f"address {lockout_key_of(address)}"
