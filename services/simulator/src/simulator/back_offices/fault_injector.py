"""Chooses the calls that a back office's fault affects."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.back_offices.fault import Fault, FaultTarget


class FaultInjector:
    """Decides for each call whether it gets the fault."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._random = random.Random(fault.seed)  # noqa: S311 - repeatable is the point
        self._appointments = frozenset(fault.appointments)
        self._struck = 0
        self._let_pass = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether the fault has affected the requested number of calls."""
        return self._fault.times is not None and self._struck >= self._fault.times

    @property
    def target(self) -> FaultTarget:
        """The requests that the fault affects."""
        return self._fault.target

    @property
    def closes_after(self) -> int | None:
        """The number of requests after which a connection is closed."""
        return self._fault.closes_after

    @property
    def state(self) -> dict[str, Any]:
        """The fault as it was set, and the number of affected calls."""
        return {**self._fault.model_dump(), "struck": self._struck}

    def choose_fault(self, appointment: str = "") -> Fault | None:
        """Return the fault for a call about this appointment, or None for the normal answer."""
        if self._appointments and appointment not in self._appointments:
            return None
        if self._let_pass < self._fault.after:
            self._let_pass += 1
            return None
        if self.is_exhausted or self._random.random() >= self._fault.share:
            return None
        self._struck += 1
        return self._fault
