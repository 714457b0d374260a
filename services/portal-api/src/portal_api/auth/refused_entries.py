"""Audit entries of refused requests, in a bounded number (OWASP ASVS 4.0.3, 7.3 and 11.1.4).

Nothing may remove entries from the audit, and strangers decide how many requests they send.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import structlog

from common.client_address import network_of
from portal_api.accounts.audit_entry import new_entry_like
from portal_api.errors import StoreUnavailableError

if TYPE_CHECKING:
    from portal_api.accounts.audit_entry import AuditEntry
    from portal_api.store.audit import Audit

log = structlog.get_logger()
WINDOW_S = 600.0
MAX_NETWORKS = 200
"""Networks of strangers with entries of their own in one window."""
ENTRIES_OF_ACCOUNT = 10
"""Entries of an account for one action and outcome, before the others are only counted."""
OTHERS = "other addresses"


class _Kind(NamedTuple):
    """Refusals that one entry stands for. A stranger has an ``origin``, an account a ``who``."""

    who: str
    via: str
    origin: str
    action: str
    target: str
    outcome: int | None


class RefusedEntries:
    """Stores the first refusals of each kind at once, and the number of the others after ten
    minutes.

    Without an account, a kind is one network, action, target and outcome, and has one entry.
    Networks above the limit share a kind.
    """

    def __init__(
        self, audit: Audit, window_s: float = WINDOW_S, max_networks: int = MAX_NETWORKS
    ) -> None:
        self._audit = audit
        self._window_s = window_s
        self._max_networks = max_networks
        self._networks: set[str] = set()
        self._stored: dict[_Kind, int] = {}
        self._counted: dict[_Kind, AuditEntry] = {}
        self._end_of_window: asyncio.Task[None] | None = None

    async def record(self, entry: AuditEntry) -> None:
        """Store or count the entry of one refused request. Raises StoreUnavailableError."""
        if self._end_of_window is None:
            self._end_of_window = asyncio.create_task(self._wait_and_flush())
        kind = self._kind_of(entry)
        limit = 1 if kind.origin else ENTRIES_OF_ACCOUNT
        stored = self._stored.get(kind, 0)
        if kind.origin == OTHERS or stored >= limit:
            self._count(kind, entry)
            return
        self._stored[kind] = stored + 1
        await self._audit.finish(entry)

    async def flush(self) -> None:
        """Store the counts, and begin a new window."""
        if self._end_of_window is not None:
            self._end_of_window.cancel()
        await self._flush()

    async def _wait_and_flush(self) -> None:
        await asyncio.sleep(self._window_s)
        await self._flush()

    async def _flush(self) -> None:
        counted = list(self._counted.values())
        self._end_of_window = None
        self._networks.clear()
        self._stored.clear()
        self._counted.clear()
        for entry in counted:
            try:
                await self._audit.finish(new_entry_like(entry))
            except StoreUnavailableError:
                log.warning("refusals are not in the audit", action=entry.action, count=entry.count)

    def _kind_of(self, entry: AuditEntry) -> _Kind:
        if entry.who:
            return _Kind(entry.who, entry.via, "", entry.action, "", entry.outcome)
        network = network_of(entry.address)
        if network not in self._networks:
            if len(self._networks) >= self._max_networks:
                network = OTHERS
            else:
                self._networks.add(network)
        return _Kind("", "", network, entry.action, entry.target, entry.outcome)

    def _count(self, kind: _Kind, entry: AuditEntry) -> None:
        counted = self._counted.get(kind)
        if counted is None:
            address = OTHERS if kind.origin == OTHERS else entry.address
            target = entry.target if kind.origin else ""
            self._counted[kind] = replace(
                entry, address=address, target=target, count=1, before=None, after=None
            )
        else:
            counted.count += 1
