"""Argon2id in threads, because one hash takes 64 MiB of memory and much processor time."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from portal_api.accounts.password_policy import normalize, weakness
from portal_api.errors import BusyError, InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from argon2 import Parameters

THREADS = 2
MAX_WAITING = 50
MAX_WAITING_OF_ONE = 20
"""Places of one account and of one network, so that neither can fill the queue."""
T = TypeVar("T")


class PasswordHasher:
    """Hashes and verifies passwords (RFC 9106, section 4, second recommended parameters).

    Every method that hashes raises BusyError when too many passwords wait.
    """

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._argon2 = argon2.PasswordHasher.from_parameters(parameters)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._waiting_of: Counter[str] = Counter()
        self._dummy_hash: str | None = None

    async def hash_new(self, password: str, name: str, field: str = "password") -> str:
        """Return the hash of a new password of the account ``name``.

        Raises InvalidFieldError for ``field`` when the password is too weak.
        """
        if reason := await self._in_thread(lambda: weakness(password, name)):
            raise InvalidFieldError(field, reason)
        return await self.hash_known(password)

    async def hash_known(self, password: str) -> str:
        """Return a hash of an account's present password, with the present parameters."""
        return await self._in_thread(lambda: self._argon2.hash(normalize(password)))

    async def matches(self, password_hash: str | None, password: str, *callers: str) -> bool:
        """Whether the password belongs to the hash.

        Without a hash the answer is false and takes the same time, so that the time of an answer
        does not disclose which names exist. ``callers`` are the account and the network whose
        places in the queue are limited.
        """
        is_right = await self._in_thread(
            lambda: self._verify(password_hash or self._dummy(), normalize(password)), *callers
        )
        return is_right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash has other parameters than the present ones."""
        return self._argon2.check_needs_rehash(password_hash)

    async def warm_up(self) -> None:
        """Create the dummy hash, so that the first unknown name takes no longer than later ones."""
        await self._in_thread(self._dummy)

    def raise_if_busy(self, *callers: str) -> None:
        """Raise BusyError when too many passwords wait already, of all or of one of the callers."""
        if self._waiting >= MAX_WAITING or any(
            self._waiting_of[caller] >= MAX_WAITING_OF_ONE for caller in callers
        ):
            raise BusyError("Too many passwords are being checked now: try again in a few seconds")

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _dummy(self) -> str:
        """Return a hash that belongs to no password, with the present parameters."""
        if self._dummy_hash is None:
            self._dummy_hash = self._argon2.hash(secrets.token_urlsafe())
        return self._dummy_hash

    async def _in_thread(self, work: Callable[[], T], *callers: str) -> T:
        self.raise_if_busy(*callers)
        self._waiting += 1
        self._waiting_of.update(callers)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
            self._waiting_of.subtract(callers)
            self._waiting_of = +self._waiting_of
