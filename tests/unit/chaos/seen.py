"""Builders for the evidence of a run: two back offices, one appointment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from chaos.disruptions import Kind
from chaos.evidence import Accepted, BackOffice, Call, Evidence, PastDisruption
from common.contracts.appointment import Action

BACK_OFFICES = (
    BackOffice("hook", "c1", "app", "hook"),
    BackOffice("bc", "c2", "bc", "bc login", can_be_asked=True),
)
LIMITS = {"hook": 2, "bc login": 1}
_ORDER = itertools.count(1)


def a_change(version: int, action: Action = Action.UPDATE, **more: Any) -> Accepted:
    """An accepted change, with its version in seconds after the first one."""
    given: dict[str, Any] = {
        "appointment": "7",
        "version": version,
        "action": action,
        "source_app": "app",
        "transaction_id": f"t{version}",
        "at_s": float(version),
    }
    return Accepted(**(given | more))


def a_call(version: int, action: str = "update", **more: Any) -> Call:
    """A stored call, begun and ended after every call built before."""
    given: dict[str, Any] = {
        "back_office": "hook",
        "began": next(_ORDER),
        "ended": next(_ORDER),
        "at_s": float(version),
        "took_s": 0.1,
        "appointment": "7",
        "version": version,
        "action": action,
        "stored": True,
        "status": 200,
    }
    return Call(**(given | more))


def a_delivery(version: int, status: str | None = "Success", **more: Any) -> dict[str, Any]:
    """One delivery of the API's list."""
    return {
        "transaction_id": f"t{version}",
        "connector_id": "c1",
        "status": status,
        "phase": "done" if status else "pending",
        "message": None,
        "outcome_unknown": False,
    } | more


def a_kill(
    at_s: float = 10.0, kind: Kind = Kind.KILL_DISPATCHER, target: str = "0"
) -> PastDisruption:
    """A disruption of two seconds."""
    return PastDisruption(kind, target, at_s, at_s + 2)


def seen(accepted: Sequence[Accepted] = (), calls: Sequence[Call] = (), **more: Any) -> Evidence:
    """The evidence of a run."""
    given: dict[str, Any] = {
        "back_offices": BACK_OFFICES,
        "limits": LIMITS,
        "deliveries": (),
        "ended_s": 100.0,
    }
    return Evidence(accepted=accepted, calls=calls, **(given | more))
