"""One simulated back office: its stored calls, authentication and faults."""

from __future__ import annotations

import time
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.authentication.authenticators import BearerAuthenticator, authenticator_for
from simulator.back_offices.fault import FaultTarget
from simulator.back_offices.history import History, StoredSnapshot
from simulator.back_offices.processing import NEW
from simulator.back_offices.record import Record, record_of
from simulator.back_offices.signature import is_genuine, secret_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.appointments.snapshot import Snapshot
    from simulator.authentication.authenticators import Authenticator, AuthResult
    from simulator.authentication.requirements import LoginRequirement, TokenRequirement
    from simulator.back_offices.fault import Fault
    from simulator.back_offices.fault_injector import FaultInjector
    from simulator.back_offices.processing import ProcessedState, Processing


class MemoryLimits(NamedTuple):
    """How many records and snapshots one back office holds in memory."""

    records: int
    history: int


class BackOffice:
    """Stores calls in memory, within limits. ``fault_injector`` is None while the back office is
    healthy.
    """

    def __init__(self, limits: MemoryLimits) -> None:
        self._limits = limits
        self._key: bytes | None = None
        self._authenticator: Authenticator | None = None
        self.fault_injector: FaultInjector | None = None
        self.processing: Processing | None = None
        self.clear()

    def clear(self) -> None:
        """Delete every call and reset the counters. Faults, secret and authentication stay."""
        self._records: deque[Record] = deque(maxlen=self._limits.records)
        self._history = History(self._limits.history)
        self._taken_ids: dict[str, None] = {}
        self.received = self.stored = self.faulted = self.refused = self.reads = 0
        self.tokens_issued = self.connections_authenticated = self.unauthorised = 0

    @property
    def is_unused(self) -> bool:
        """Whether the back office has no calls, faults, secret or authentication."""
        return (
            not self.received
            and self.fault_injector is None
            and self._key is None
            and self._authenticator is None
            and self.processing is None
        )

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of calls by result. ``dropped`` calls were stored, but their bodies are
        deleted.
        """
        return {
            "received": self.received,
            "stored": self.stored,
            "repeated": self._history.repeated,
            "out_of_order": self._history.out_of_order,
            "reads": self.reads,
            "faulted": self.faulted,
            "refused": self.refused,
            "dropped": self.stored - len(self._records),
            "appointments": len(self._history),
            "tokens_issued": self.tokens_issued,
            "connections_authenticated": self.connections_authenticated,
            "unauthorised": self.unauthorised,
        }

    def require_signatures(self, secret: str | None) -> None:
        """Refuse calls that are not signed with this ``whsec_`` secret, or accept all with None.

        Raises InvalidFieldError.
        """
        self._key = None if secret is None else secret_key(secret)

    def has_valid_signature(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether no secret is set, or the call's signature is valid."""
        return self._key is None or is_genuine(self._key, headers, body, time.time())

    def require_authentication(
        self, requirement: LoginRequirement | TokenRequirement | None
    ) -> None:
        """Require this authentication from now on, or none with None. Earlier tokens and handshakes
        become invalid.
        """
        self._authenticator = None if requirement is None else authenticator_for(requirement)

    @property
    def bearer_authenticator(self) -> BearerAuthenticator | None:
        """The authenticator that issues tokens, or None when bearer tokens are not required."""
        return self._authenticator if isinstance(self._authenticator, BearerAuthenticator) else None

    def authenticate(self, authorization: str | None, connection: Any) -> AuthResult | None:
        """Authenticate a request and count the result. Return None when no authentication is
        required.
        """
        if self._authenticator is None:
            return None
        result = self._authenticator.authenticate(authorization, connection, time.monotonic())
        self.connections_authenticated += result.completes_handshake
        self.unauthorised += not result.is_authenticated and not result.is_handshake_step
        return result

    def choose_fault(
        self, appointment: str = "", target: FaultTarget = FaultTarget.CALLS
    ) -> Fault | None:
        """Return the fault for this request, or None."""
        if self.fault_injector is None or self.fault_injector.target is not target:
            return None
        fault = self.fault_injector.choose_fault(appointment)
        self.faulted += fault is not None
        if self.fault_injector.is_exhausted:
            self.fault_injector = None
        return fault

    @property
    def closes_after(self) -> int | None:
        """The number of requests after which the fault closes a connection."""
        return None if self.fault_injector is None else self.fault_injector.closes_after

    def store(
        self,
        snapshot: Snapshot,
        headers: Mapping[str, str],
        body: bytes,
        content: bytes | None = None,
        entity_id: str | None = None,
    ) -> Record:
        """Store a call. ``content`` identifies repeated calls, and is the body by default.

        ``entity_id`` is the id that the caller chose for the record.
        """
        same = body if content is None else content
        record = record_of(self.stored + 1, snapshot, headers, body, same)
        return self._store(record if entity_id is None else record._replace(entity_id=entity_id))

    def take_ids(self, ids: Sequence[str]) -> str | None:
        """Reserve the ids of new records, or return the first id that exists and reserve none."""
        existing = next((one for one in ids if one in self._taken_ids), None)
        if existing is None:
            self._taken_ids |= dict.fromkeys(ids)
            while len(self._taken_ids) > self._limits.history:
                del self._taken_ids[next(iter(self._taken_ids))]
        return existing

    def state_of(self, record: Record) -> ProcessedState:
        """Return the state of a stored record. Without processing, records stay new."""
        return NEW if self.processing is None else self.processing.state_of(record)

    def all_records(self) -> list[Record]:
        """Return the stored records, oldest first."""
        return list(self._records)

    def find(self, entity_id: str) -> Record | None:
        """Return the stored record with this id, or None."""
        return next(
            (record for record in reversed(self._records) if record.entity_id == entity_id), None
        )

    def records(self, appointment: str | None, after: int, limit: int) -> list[Record]:
        """Return the stored calls numbered above ``after``, oldest first."""
        newer = islice(self._records, max(0, after - (self.stored - len(self._records))), None)
        return list(
            islice(
                (
                    record
                    for record in newer
                    if appointment is None or record.appointment == appointment
                ),
                limit,
            )
        )

    def sequences(self, appointment: str | None) -> dict[str, list[StoredSnapshot]]:
        """Return the stored snapshots by appointment, or of this one only, in the order of
        storing.
        """
        return self._history.sequences(appointment)

    def _store(self, record: Record) -> Record:
        self.stored += 1
        self._records.append(record)
        stored = StoredSnapshot(
            record.number, record.action, record.webhook_id, record.modified_at, record.hash
        )
        self._history.add(record.appointment, stored, record.identity)
        return record
