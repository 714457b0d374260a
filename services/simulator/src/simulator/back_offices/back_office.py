"""One simulated back office: what it was sent, and how it is told to behave."""

from __future__ import annotations

import time
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.authentication.gates import TokenGate, gate
from simulator.back_offices.history import History, Step
from simulator.back_offices.record import Record, record_of
from simulator.back_offices.signature import is_genuine, secret_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.appointments.snapshot import Snapshot
    from simulator.authentication.gates import Gate, Verdict
    from simulator.authentication.required import LoginRequired, TokenRequired
    from simulator.back_offices.fault import Fault
    from simulator.back_offices.faults import Faults


class Bounds(NamedTuple):
    """How much one back office keeps in memory."""

    records: int
    history: int


class BackOffice:
    """Keeps calls in memory, within bounds; ``faults`` are those in force, None = healthy."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._key: bytes | None = None
        self._gate: Gate | None = None
        self.faults: Faults | None = None
        self.forget()

    def forget(self) -> None:
        """Forget every call and count from zero; faults, secret and authentication stay."""
        self._records: deque[Record] = deque(maxlen=self._bounds.records)
        self._history = History(self._bounds.history)
        self.received = self.stored = self.faulted = self.refused = 0
        self.tokens_issued = self.connections_authenticated = self.unauthorised = 0

    @property
    def is_as_new(self) -> bool:
        """Whether nothing would be lost by forgetting it altogether."""
        return (
            not self.received and self.faults is None and self._key is None and self._gate is None
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many calls came and what became of them; ``dropped`` ones were stored, but their
        bodies are no longer kept.
        """
        return {
            "received": self.received,
            "stored": self.stored,
            "repeated": self._history.repeated,
            "out_of_order": self._history.out_of_order,
            "faulted": self.faulted,
            "refused": self.refused,
            "dropped": self.stored - len(self._records),
            "appointments": len(self._history),
            "tokens_issued": self.tokens_issued,
            "connections_authenticated": self.connections_authenticated,
            "unauthorised": self.unauthorised,
        }

    def expect_signatures(self, secret: str | None) -> None:
        """Refuse from now on what is not signed with this ``whsec_`` secret (None = accept all);
        raises InvalidFieldError.
        """
        self._key = None if secret is None else secret_key(secret)

    def trusts(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the call may come in: no secret is set, or its signature is good."""
        return self._key is None or is_genuine(self._key, headers, body, time.time())

    def require(self, required: LoginRequired | TokenRequired | None) -> None:
        """Let in from now on only who can prove this (None = everybody); tokens and handshakes of
        before are worth nothing.
        """
        self._gate = None if required is None else gate(required)

    @property
    def token_gate(self) -> TokenGate | None:
        """What issues tokens, when bearer tokens are required."""
        return self._gate if isinstance(self._gate, TokenGate) else None

    def judge(self, authorization: str | None, connection: Any) -> Verdict | None:
        """Judge who sent a request, and count it; None = everybody is let in."""
        if self._gate is None:
            return None
        verdict = self._gate.judge(authorization, connection, time.monotonic())
        self.connections_authenticated += verdict.is_proof
        self.unauthorised += not verdict.is_admitted and not verdict.is_step
        return verdict

    def strike(self, appointment: str = "", *, for_token: bool = False) -> Fault | None:
        """Return the fault that strikes the call about this appointment, or the request for a
        token, that just came, if one does.
        """
        if self.faults is None or self.faults.is_for_tokens is not for_token:
            return None
        fault = self.faults.strike(appointment)
        self.faulted += fault is not None
        if self.faults.is_over:
            self.faults = None
        return fault

    @property
    def closes_after(self) -> int | None:
        """How many requests a connection may carry, by the fault in force."""
        return None if self.faults is None else self.faults.closes_after

    def keep(
        self,
        snapshot: Snapshot,
        headers: Mapping[str, str],
        body: bytes,
        content: bytes | None = None,
    ) -> Record:
        """Keep a call; ``content`` is what is the same when it is repeated, the body unless it is
        given.
        """
        same = body if content is None else content
        return self._keep(record_of(self.stored + 1, snapshot, headers, body, same))

    def find(self, entity_id: str) -> Record | None:
        """Return the record with this id, while it is kept."""
        return next((kept for kept in reversed(self._records) if kept.entity_id == entity_id), None)

    def records(self, appointment: str | None, after: int, limit: int) -> list[Record]:
        """Return the kept calls numbered above ``after``, oldest first."""
        newer = islice(self._records, max(0, after - (self.stored - len(self._records))), None)
        return list(
            islice(
                (kept for kept in newer if appointment is None or kept.appointment == appointment),
                limit,
            )
        )

    def steps(self, appointment: str | None) -> dict[str, list[Step]]:
        """Return which snapshots of each appointment, or of this one, were
        stored, in that order.
        """
        return self._history.steps(appointment)

    def _keep(self, kept: Record) -> Record:
        self.stored += 1
        self._records.append(kept)
        step = Step(kept.number, kept.action, kept.webhook_id, kept.modified_at, kept.hash)
        self._history.add(kept.appointment, step, kept.identity)
        return kept
