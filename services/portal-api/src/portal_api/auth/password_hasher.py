"""Argon2id, beside the event loop and not too much of it at once: each hash takes 64 MiB and a
processor's attention.
"""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from portal_api.accounts.password_policy import normal, weakness
from portal_api.errors import BusyError, InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from argon2 import Parameters

AT_ONCE, WAITING = 2, 50
T = TypeVar("T")


class PasswordHasher:
    """Passwords -> hashes (RFC 9106, 4: the second recommended choice of parameters); raises
    BusyError when too many wait.
    """

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._argon2 = argon2.PasswordHasher.from_parameters(parameters)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._dummy: str | None = None

    async def hashed(self, password: str, name: str, field: str = "password") -> str:
        """Return the hash of a new password; raises InvalidFieldError when it is too
        weak for this name.
        """
        if wrong := await self._beside(lambda: weakness(password, name)):
            raise InvalidFieldError(field, wrong)
        return await self._beside(lambda: self._argon2.hash(normal(password)))

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one that is kept; nobody's (None) takes as long
        and never matches.
        """
        is_right = await self._beside(
            lambda: self._verify(kept or self._dummy_hash(), normal(password))
        )
        return is_right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(kept)

    async def renewed(self, password: str) -> str:
        """Return a hash with today's parameters of a password that is known to be right."""
        return await self._beside(lambda: self._argon2.hash(normal(password)))

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._argon2.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def _dummy_hash(self) -> str:
        """Return a hash that no password belongs to, with the parameters of all others."""
        if self._dummy is None:
            self._dummy = self._argon2.hash(secrets.token_urlsafe())
        return self._dummy

    async def warm(self) -> None:
        """Make nobody's hash before the first request: the first unknown name must take no
        longer than others.
        """
        await self._beside(self._dummy_hash)

    def refuse_more(self) -> None:
        """Raise BusyError when too many wait already."""
        if self._waiting >= WAITING:
            raise BusyError("Too many passwords are being checked now: try again in a few seconds")

    async def _beside(self, work: Callable[[], T]) -> T:
        self.refuse_more()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
