"""Registry of replicas by their newest heartbeats. It is in memory, so that the status is available
also while MongoDB is not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from portal_api.health.observations import Replica

if TYPE_CHECKING:
    from collections.abc import Iterable

    from common.contracts.telemetry import Heartbeat, TimerJob


class ReplicaRegistry:
    """The newest heartbeat of each replica.

    A replica is removed after it was silent for ``removed_after``. A replica that announced its
    stop is not listed.
    """

    def __init__(self, silent_after: timedelta, removed_after: timedelta) -> None:
        self._silent_after = silent_after
        self._removed_after = removed_after
        self._heartbeats: dict[str, tuple[Heartbeat, datetime]] = {}

    def update(self, heartbeat: Heartbeat, heard_at: datetime | None = None) -> None:
        """Store a heartbeat if it is the newest of its replica.

        ``heard_at`` is the time at which another replica of portal-api received it.
        """
        newest = self._heartbeats.get(heartbeat.key)
        if newest is None or newest[0].at < heartbeat.at:
            self._heartbeats[heartbeat.key] = heartbeat, heard_at or datetime.now(UTC)

    def replicas(self, now: datetime) -> tuple[Replica, ...]:
        """Return the replicas, sorted by service and name."""
        self._remove_expired(now)
        return tuple(
            self._to_replica(*self._heartbeats[key], now)
            for key in sorted(self._heartbeats)
            if not self._heartbeats[key][0].leaving
        )

    def dispatchers(self, now: datetime) -> tuple[list[Heartbeat], list[Heartbeat]]:
        """Return the heartbeats of live dispatchers, and those of silent ones."""
        found = [
            (heartbeat, heard_at)
            for heartbeat, heard_at in self._heartbeats.values()
            if heartbeat.service == "dispatcher" and not heartbeat.leaving
        ]
        live = [heartbeat for heartbeat, heard_at in found if now - heard_at <= self._silent_after]
        return live, [
            heartbeat for heartbeat, heard_at in found if now - heard_at > self._silent_after
        ]

    def timer_job(self) -> TimerJob | None:
        """Return the timer job from the newest heartbeat of retry."""
        heartbeats: Iterable[Heartbeat] = (
            heartbeat
            for heartbeat, _ in self._heartbeats.values()
            if heartbeat.timer_job is not None and not heartbeat.leaving
        )
        newest = max(heartbeats, key=lambda heartbeat: heartbeat.at, default=None)
        return newest.timer_job if newest else None

    def _remove_expired(self, now: datetime) -> None:
        self._heartbeats = {
            key: (heartbeat, heard_at)
            for key, (heartbeat, heard_at) in self._heartbeats.items()
            if now - heard_at <= self._removed_after
        }

    def _to_replica(self, heartbeat: Heartbeat, heard_at: datetime, now: datetime) -> Replica:
        is_silent = now - heard_at > self._silent_after
        reasons = (
            (f"no heartbeat for {(now - heard_at).total_seconds():.0f} s",)
            if is_silent
            else heartbeat.reasons
        )
        return Replica(
            service=heartbeat.service,
            replica=heartbeat.replica,
            version=heartbeat.release,
            started_at=heartbeat.started_at,
            heard_at=heard_at,
            ready=heartbeat.ready and not is_silent,
            silent=is_silent,
            reasons=reasons,
            log_lines_dropped=heartbeat.lines_dropped,
        )
