"""The newest heartbeat of every replica, in memory: the status is told from it even while
MongoDB is away.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from portal_api.health.observations import Replica

if TYPE_CHECKING:
    from collections.abc import Iterable

    from common.contracts.telemetry import Heartbeat, TimerJob


class ReplicaRegistry:
    """Remembers replicas until they were silent for ``forgotten_after``; those that left in good
    order are not shown.
    """

    def __init__(self, silent_after: timedelta, forgotten_after: timedelta) -> None:
        self._silent_after = silent_after
        self._forgotten_after = forgotten_after
        self._beats: dict[str, tuple[Heartbeat, datetime]] = {}

    def hear(self, beat: Heartbeat, heard_at: datetime | None = None) -> None:
        """Take a heartbeat, of now or as another replica of ours heard it; an older one than is
        known is ignored.
        """
        known = self._beats.get(beat.key)
        if known is None or known[0].at < beat.at:
            self._beats[beat.key] = beat, heard_at or datetime.now(UTC)

    def replicas(self, now: datetime) -> tuple[Replica, ...]:
        """Return what is known of each, by service and name."""
        self._forget(now)
        return tuple(
            self._shown(*self._beats[key], now)
            for key in sorted(self._beats)
            if not self._beats[key][0].leaving
        )

    def dispatchers(self, now: datetime) -> tuple[list[Heartbeat], list[Heartbeat]]:
        """Return the heartbeats of dispatchers that are there, and of those that fell silent."""
        found = [
            (beat, heard_at)
            for beat, heard_at in self._beats.values()
            if beat.service == "dispatcher" and not beat.leaving
        ]
        live = [beat for beat, heard_at in found if now - heard_at <= self._silent_after]
        return live, [beat for beat, heard_at in found if now - heard_at > self._silent_after]

    def timer_job(self) -> TimerJob | None:
        """Return the timer job as the newest heartbeat of a retry at work tells it."""
        beats: Iterable[Heartbeat] = (
            beat
            for beat, _ in self._beats.values()
            if beat.timer_job is not None and not beat.leaving
        )
        newest = max(beats, key=lambda beat: beat.at, default=None)
        return newest.timer_job if newest else None

    def _forget(self, now: datetime) -> None:
        self._beats = {
            key: (beat, heard_at)
            for key, (beat, heard_at) in self._beats.items()
            if now - heard_at <= self._forgotten_after
        }

    def _shown(self, beat: Heartbeat, heard_at: datetime, now: datetime) -> Replica:
        is_silent = now - heard_at > self._silent_after
        reasons = (
            (f"not heard of for {(now - heard_at).total_seconds():.0f} s",)
            if is_silent
            else beat.reasons
        )
        return Replica(
            service=beat.service,
            replica=beat.replica,
            version=beat.release,
            started_at=beat.started_at,
            heard_at=heard_at,
            ready=beat.ready and not is_silent,
            silent=is_silent,
            reasons=reasons,
            log_lines_dropped=beat.lines_dropped,
        )
