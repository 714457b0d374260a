"""Builds lanes, with the limiters and credentials that they share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from dispatcher.lanes.credential import Credential
from dispatcher.lanes.groups import membership_of, strictest_limits
from dispatcher.lanes.lane import Lane
from dispatcher.lanes.lane_change_publisher import LaneChangePublisher
from dispatcher.lanes.lane_state import LaneState
from dispatcher.lanes.limiter import Limiter
from dispatcher.lanes.telemetry import register_gauges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from common.broker import ConfirmedPublisher
    from common.contracts.connector import Connector, LaneChanged
    from dispatcher.back_offices.client_cache import BackOfficeClientCache
    from dispatcher.lanes.circuit_breaker import BreakerSettings
    from dispatcher.lanes.groups import GroupMembership, LaneKey
    from dispatcher.lanes.lane import DeliverMessage
    from dispatcher.status_publisher import StatusPublisher

log = structlog.get_logger()


class LaneFactory:
    """Builds lanes from the shared parts of this process.

    ``handler_for`` returns the handler of a lane's deliveries.
    """

    def __init__(
        self,
        replica: str,
        settings: BreakerSettings,
        publisher: ConfirmedPublisher,
        statuses: StatusPublisher,
        clients: BackOfficeClientCache,
        handler_for: Callable[[LaneState], DeliverMessage],
    ) -> None:
        self._replica = replica
        self._settings = settings
        self._publisher = publisher
        self._statuses = statuses
        self._clients = clients
        self._handler_for = handler_for
        self._limiters: dict[str, Limiter] = {}
        self._credentials: dict[str, Credential] = {}
        self._lanes: dict[str, list[Lane]] = {}
        self._publishing: set[asyncio.Task[None]] = set()

    def create(self, connector: Connector, key: LaneKey, changed: Callable[[], None]) -> Lane:
        """Return a new lane. The lane does not consume yet."""
        worker = f"{self._replica} ({key.partition})" if key.partition else self._replica
        membership = membership_of(connector, key)
        report = LaneChangePublisher(connector.connector_id, worker, self._publish)
        state = LaneState(connector, membership, self._settings, self._clients, report)
        lane = Lane(key, state, self._handler_for(state), self._publisher, changed)
        lanes = self._lanes.setdefault(connector.connector_id, [])
        lanes.append(lane)
        register_gauges(connector.connector_id, lanes)
        return lane

    def update_limits(self, lanes: Iterable[Lane]) -> None:
        """Compute the limits of all lanes from their connectors.

        Each lane gets the limiter and the credential that it shares with others.
        """
        members: dict[str, list[tuple[Lane, GroupMembership]]] = {}
        for lane in lanes:
            membership = membership_of(lane.state.connector, lane.key)
            members.setdefault(membership.limiter, []).append((lane, membership))
        for name, sharing in members.items():
            connectors = [lane.state.connector for lane, _ in sharing]
            calls, rate = strictest_limits(connectors)
            limiter = self._limiters.setdefault(name, Limiter(calls, rate))
            limiter.change(calls, rate, sum(one.enabled for one in connectors))
            for lane, membership in sharing:
                lane.state.share(membership, limiter, self._credential(membership.credential))

    def _credential(self, name: str | None) -> Credential | None:
        return None if name is None else self._credentials.setdefault(name, Credential())

    def _publish(self, change: LaneChanged) -> None:
        log.warning(
            "lane held" if change.held_since else "lane works again",
            connector_id=change.connector_id,
            reason=change.reason,
        )
        task = asyncio.get_running_loop().create_task(self._statuses.publish_lane_changed(change))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)
