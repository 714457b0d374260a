"""Promises about concurrent calls, and about lanes that continue."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from chaos.disruptions import GROUPS, Group, Kind
from chaos.verdict import Verdict, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chaos.evidence import BackOffice, Call, Evidence, PastDisruption, Start

RESUME_TIMEOUT_S, FIRST_ATTEMPT_TIMEOUT_S = 15.0, 10.0
SERVER_RECOVERY_S, FAULT_RECOVERY_S = 5.0, 8.0
"""The time after its end in which a disruption may still stop a lane."""
DISCONNECT_DELAY_S = 0.25
"""The longest delay until a back office detects a disconnected caller. The caller's next call may
arrive earlier.
"""
SYSTEM_WIDE = frozenset({Group.SERVERS, Group.ALARM})


class Gap(NamedTuple):
    """The time for which a back office with waiting work got no call after a dispatcher was
    killed.
    """

    back_office: str
    began_s: float
    lasted_s: float


def limits_hold(evidence: Evidence) -> Verdict:
    """Check that no connector, and no group with the same login, had more concurrent calls than
    allowed.
    """
    peaks = peaks_of(evidence)
    over = [
        f"{name}: {peak} at once, {evidence.limits[name]} allowed"
        for name, peak in peaks.items()
        if peak > evidence.limits[name]
    ]
    figure = ", ".join(f"{name} {peak}/{evidence.limits[name]}" for name, peak in peaks.items())
    return verdict(
        "A connector's limit of calls at once holds over all replicas", over, figure, **peaks
    )


def peaks_of(evidence: Evidence) -> dict[str, int]:
    """Return the most concurrent calls, by connector or group."""
    shares = {back_office.name: back_office.shares for back_office in evidence.back_offices}
    began_s = [call.at_s for call in evidence.calls]
    moments: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for call in evidence.calls:
        ended = call.ended if call.status else _left(call, evidence.calls, began_s)
        moments[shares[call.back_office]] += [(call.began, 1), (ended, -1)]
    return {name: _peak(moments.get(name, ())) for name in evidence.limits}


def lanes_go_on(evidence: Evidence) -> Verdict:
    """Check that every back office with waiting work is called soon after a dispatcher was
    killed.
    """
    gaps = gaps_of(evidence)
    late = [
        f"{gap.back_office}: no call for {gap.lasted_s:.1f} s"
        for gap in gaps
        if gap.lasted_s > RESUME_TIMEOUT_S
    ]
    slowest = max((gap.lasted_s for gap in gaps), default=0.0)
    kills = len(list(_of(evidence, Kind.KILL_DISPATCHER)))
    return verdict(
        f"Lanes go on within {RESUME_TIMEOUT_S:g} s after a dispatcher was killed",
        late,
        f"the slowest of {len(gaps)} took {slowest:.1f} s ({kills} kills)",
        slowest_s=round(slowest, 2),
        lanes=len(gaps),
        kills=kills,
    )


def newcomers_get_lanes(evidence: Evidence) -> Verdict:
    """Check that started dispatchers made their first attempt soon. Some may get no lane, because
    there are few lanes, but not most of them.
    """
    posted_s = max((change.at_s for change in evidence.accepted), default=0.0)
    starts = [one for one in evidence.starts if _had_work(one, posted_s)]
    took = [one.first_attempt_s for one in starts if one.first_attempt_s is not None]
    late = [
        f"{one.name}: {'none' if one.first_attempt_s is None else f'{one.first_attempt_s:.1f} s'}"
        for one in starts
        if one.first_attempt_s is None or one.first_attempt_s > FIRST_ATTEMPT_TIMEOUT_S
    ]
    is_late = (
        any(seconds > FIRST_ATTEMPT_TIMEOUT_S for seconds in took) or len(took) < len(starts) / 2
    )
    slowest = max(took, default=0.0)
    return verdict(
        f"A new dispatcher gets lanes within {FIRST_ATTEMPT_TIMEOUT_S:g} s",
        late if is_late else (),
        f"{len(took)} of {len(starts)} got lanes, the slowest after {slowest:.1f} s",
        slowest_s=round(slowest, 2),
        got=len(took),
        came=len(starts),
    )


def gaps_of(evidence: Evidence) -> list[Gap]:
    """Return the gap of each back office after each kill, unless another disruption explains it."""
    found: list[Gap] = []
    for back_office in evidence.back_offices:
        lane = _Lane(evidence, back_office)
        gaps = (lane.gap(kill.began_s) for kill in _of(evidence, Kind.KILL_DISPATCHER))
        found += [gap for gap in gaps if gap and not _is_disturbed(evidence.disruptions, gap)]
    return found


class _Lane:
    """The calls of one back office, and its waiting work."""

    def __init__(self, evidence: Evidence, back_office: BackOffice) -> None:
        self._name = back_office.name
        self._ended_s = evidence.ended_s
        self._changes = [
            c for c in evidence.accepted if back_office in evidence.back_offices_of(c.source_app)
        ]
        calls = [call for call in evidence.calls if call.back_office == back_office.name]
        self._called_s = sorted(call.at_s for call in calls)
        self._stored = _stored_by_appointment(calls)

    def gap(self, at_s: float) -> Gap | None:
        """Return the time without a call from this moment on, or None without waiting work."""
        since_s = self._waiting_since(at_s)
        if since_s is None:
            return None
        position = bisect_right(self._called_s, at_s)
        next_s = self._called_s[position] if position < len(self._called_s) else self._ended_s
        return Gap(self._name, at_s, max(0.0, next_s - since_s))

    def _waiting_since(self, at_s: float) -> float | None:
        waiting = (c for c in self._changes if not self._is_covered(c.appointment, c.version, at_s))
        return min((max(at_s, change.at_s) for change in waiting), default=None)

    def _is_covered(self, appointment: str, version: int, at_s: float) -> bool:
        """Whether this version or a newer one was stored by then."""
        stored = self._stored.get(appointment, ())
        return any(call.version >= version and call.at_s <= at_s for call in stored)


def _stored_by_appointment(calls: Sequence[Call]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.stored:
            found[call.appointment].append(call)
    return found


def _had_work(start: Start, posted_s: float) -> bool:
    """Whether the dispatcher got lanes, or changes were posted while it waited for them."""
    return start.first_attempt_s is not None or start.at_s + FIRST_ATTEMPT_TIMEOUT_S < posted_s


def _left(call: Call, calls: Sequence[Call], began_s: Sequence[float]) -> int:
    """Return the earliest time when the caller disconnected, as a position in the order of
    beginnings and ends.
    """
    following = bisect_left(began_s, call.at_s + call.took_s - DISCONNECT_DELAY_S)
    before = calls[following].began if following < len(calls) else call.ended
    return min(call.ended, max(call.began + 1, before))


def _peak(moments: Sequence[tuple[int, int]]) -> int:
    under_way = peak = 0
    for _, step in sorted(moments):
        under_way += step
        peak = max(peak, under_way)
    return peak


def _of(evidence: Evidence, kind: Kind) -> Iterator[PastDisruption]:
    return (disruption for disruption in evidence.disruptions if disruption.kind is kind)


def _is_disturbed(disruptions: Sequence[PastDisruption], gap: Gap) -> bool:
    """Whether a server or this back office was disrupted meanwhile."""
    return any(
        disruption.began_s < gap.began_s + gap.lasted_s
        and disruption.ended_s + recovery_s > gap.began_s
        for disruption in disruptions
        if (recovery_s := _recovery_s(disruption, gap.back_office))
    )


def _recovery_s(disruption: PastDisruption, back_office: str) -> float:
    group = GROUPS[disruption.kind]
    if group in SYSTEM_WIDE:
        return SERVER_RECOVERY_S
    return FAULT_RECOVERY_S if group is Group.FAULTS and disruption.target == back_office else 0.0
