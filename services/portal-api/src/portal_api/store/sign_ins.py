"""Counts wrong passwords in a row. Each try is counted before the password is checked, so 100
concurrent guesses on any replica count as 100.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo import ReturnDocument

from common.client_address import lockout_key_of, network_of
from portal_api.accounts.lockout import DEVICE_LIFETIME, MAX_DEVICES, TrySource
from portal_api.store.errors import translate_errors

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.lockout import LockoutPolicy

    Counters = list[tuple[str, LockoutPolicy]]

MS = timedelta(milliseconds=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The end of no wait. Concurrent tries have times in any order, so no wait must not end now."""


class SignIns:
    """The collection ``sign_ins``: counters of recent failures, and the known devices of names.

    A try of a session or of a known device has a counter of its own. Any other try counts for its
    address, for the name in its network, and for the name. MongoDB deletes the documents when they
    expire. A name is stored as a hash, because people type passwords into the name field.
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

    async def begin(self, name: str, source: TrySource | str, now: datetime) -> timedelta:
        """Count a try as a failure, and return the time to wait first. No password may be checked
        during the wait. A text as the source is an address.
        """
        for key, policy in await self._counters(name, _source(source), now):
            if wait := await self._count(key, policy, now):
                return wait
        return timedelta(0)

    async def record_success(self, name: str, source: TrySource | str, now: datetime) -> None:
        """Forget the failures of the session, of the device, or of the name in this network.

        The address loses this try only, because other names may have failed there. The name loses
        the failures of this network, because those of other networks may be guesses.
        """
        source = _source(source)
        (own, _), *shared = reversed(await self._counters(name, source, now))
        if not shared:
            await self._delete(own)
            return
        failures = await self._delete(_network_key(name, source.address))
        await self._uncount(_address_key(source.address), 1)
        await self._uncount(own, failures)

    async def forget(self, name: str) -> None:
        """Unlock the name at once, and forget its known devices."""
        key = _name_key(name)
        with translate_errors():
            await self._sign_ins.delete_many({"_id": {"$gte": key, "$lt": f"{key}~"}})

    async def remember_device(self, name: str, device: str, earlier: str, now: datetime) -> None:
        """Store a known device of the name, by the hash of its token, in place of the earlier
        token.
        """
        others = {
            "$filter": {
                "input": {"$ifNull": ["$devices", []]},
                "cond": {"$ne": ["$$this.device", earlier]},
            }
        }
        new = {"device": device, "ends_at": now + DEVICE_LIFETIME}
        devices = {"$slice": [{"$concatArrays": [others, [new]]}, -MAX_DEVICES]}
        stages = [{"$set": {"devices": devices, "forgotten_at": now + DEVICE_LIFETIME}}]
        with translate_errors():
            await self._sign_ins.update_one({"_id": _devices_key(name)}, stages, upsert=True)

    async def _counters(self, name: str, source: TrySource, now: datetime) -> Counters:
        """Return the counters of a try, the last one for the longest term."""
        if source.session_id:
            return [(f"session {source.session_id}", self._name_policy)]
        if source.device and await self._is_known(name, source.device, now):
            return [(f"device {source.device}", self._name_policy)]
        return [
            (_address_key(source.address), self._address_policy),
            (_network_key(name, source.address), self._name_policy),
            (_name_key(name), self._name_policy.of_all_networks()),
        ]

    async def _is_known(self, name: str, device: str, now: datetime) -> bool:
        known = {"$elemMatch": {"device": device, "ends_at": {"$gt": now}}}
        with translate_errors():
            return (
                await self._sign_ins.find_one(
                    {"_id": _devices_key(name), "devices": known}, {"_id": True}
                )
                is not None
            )

    async def _count(self, key: str, policy: LockoutPolicy, now: datetime) -> timedelta:
        with translate_errors():
            before = await self._sign_ins.find_one_and_update(
                {"_id": key},
                _count_stages(policy, now),
                upsert=True,
                return_document=ReturnDocument.BEFORE,
            )
        return max(before["locked_until"] - now, timedelta(0)) if before else timedelta(0)

    async def _uncount(self, key: str, failures: int) -> None:
        left = {"$max": [0, {"$subtract": ["$failures", failures]}]}
        with translate_errors():
            await self._sign_ins.update_one(
                {"_id": key}, [{"$set": {"failures": left, "locked_until": NEVER}}]
            )

    async def _delete(self, key: str) -> int:
        """Delete a counter, and return its failures."""
        with translate_errors():
            found = await self._sign_ins.find_one_and_delete({"_id": key})
        return found["failures"] if found else 0


def _count_stages(policy: LockoutPolicy, now: datetime) -> list[dict[str, Any]]:
    """Return the update that counts one more failure and sets the wait after it.

    It changes nothing during a wait.
    """
    waits = [wait // MS for wait in policy.waits()]
    is_locked = {"$gt": ["$locked_until", now]}
    known = {"$cond": [{"$gt": ["$forgotten_at", now]}, "$failures", 0]}
    wait = {"$arrayElemAt": [waits, {"$min": ["$failures", len(waits) - 1]}]}
    end = {"$cond": [{"$gt": ["$wait", 0]}, {"$add": [now, "$wait"]}, NEVER]}
    return [
        {"$set": {"failures": {"$cond": [is_locked, "$failures", {"$add": [known, 1]}]}}},
        {"$set": {"wait": wait}},
        {"$set": {"locked_until": {"$cond": [is_locked, "$locked_until", end]}}},
        {"$set": {"forgotten_at": {"$add": [now, "$wait", policy.memory // MS]}}},
        {"$unset": "wait"},
    ]


def _source(source: TrySource | str) -> TrySource:
    return TrySource(source) if isinstance(source, str) else source


def _name_key(name: str) -> str:
    return f"name {hashlib.sha256(name.encode(errors='replace')).hexdigest()}"


def _network_key(name: str, address: str) -> str:
    return f"{_name_key(name)} {network_of(address)}"


def _devices_key(name: str) -> str:
    return f"{_name_key(name)} devices"


def _address_key(address: str) -> str:
    return f"address {lockout_key_of(address)}"
