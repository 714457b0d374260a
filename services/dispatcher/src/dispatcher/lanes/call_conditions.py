"""The conditions under which calls of a lane may begin."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dispatcher.lanes.credential_guard import CredentialGuard
from dispatcher.lanes.groups import strictest_limits
from dispatcher.lanes.limiter import Limiter
from dispatcher.lanes.single_connection_test import SingleConnectionTest

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.contracts.connector import Connector
    from dispatcher.lanes.circuit_breaker import CircuitBreaker


class CallConditions:
    """Lease, circuit breaker, credential, limiter and single connection test of one lane.

    ``leased_until`` is a time of ``clock``.
    """

    def __init__(
        self,
        connector: Connector,
        breaker: CircuitBreaker,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connector = connector
        self.breaker = breaker
        self.credential = CredentialGuard(breaker)
        self.limiter = Limiter(*strictest_limits([connector]))
        self.limiter_member = connector.connector_id
        self.single_test = SingleConnectionTest()
        self.leased_until = 0.0
        self._clock = clock

    @property
    def is_leased(self) -> bool:
        """Whether this replica may begin calls of the lane."""
        return self._clock() < self.leased_until

    @property
    def allow_calls(self) -> bool:
        """Whether a call that has its slot may begin now."""
        return self.is_leased and self.breaker.allows_calls and not self.single_test.is_running
