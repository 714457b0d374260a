"""Promises about versions: none lost, none stale, no update without its create, few repeated."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from chaos.disruptions import Kind
from chaos.evidence import Version
from chaos.verdict import Verdict, verdict
from common.contracts.appointment import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chaos.evidence import Accepted, BackOffice, Evidence

KILLS = frozenset({Kind.KILL_DISPATCHER, Kind.KILL_DATABASE})
STATUSES = frozenset(
    {
        "Success",
        "MBOC Publish Disabled",
        "MBOC Not Provided",
        "Invalid MBOC Back Office System",
        "Invalid MBOC Back Office Type",
        "Invalid MBOC URI",
        "Skipped",
        "Failed",
    }
)


def nothing_lost(evidence: Evidence) -> Verdict:
    """Check that the newest accepted version of every appointment arrived."""
    lost: list[str] = []
    unknown = 0
    for (back_office, appointment), change in evidence.newest.items():
        if _arrived(evidence, back_office, change):
            continue
        if _is_unknown(_delivery(evidence, back_office, change)):
            unknown += 1
        else:
            lost.append(f"{back_office}, appointment {appointment}: {change.action} did not arrive")
    wanted = len(evidence.newest)
    figure = f"{len(lost)} of {wanted} newest versions did not arrive"
    more = f", {unknown} more are Failed with outcome unknown" if unknown else ""
    return verdict(
        "Nothing accepted is lost: the newest version of every appointment arrives",
        lost,
        figure + more,
        lost=len(lost),
        unknown=unknown,
        of=wanted,
    )


def success_means_received(evidence: Evidence) -> Verdict:
    """Check that the back office has every version with the status Success in the API."""
    succeeded = 0
    wrong: list[str] = []
    for change, back_office in evidence.expected:
        delivery = evidence.delivery_of.get((change.transaction_id, back_office.connector_id))
        if delivery is None or delivery["status"] != "Success":
            continue
        succeeded += 1
        if Version(back_office.name, change.appointment, change.version) not in evidence.stored:
            wrong.append(f"{back_office.name}, appointment {change.appointment}: {change.action}")
    return verdict(
        "Success means received",
        wrong,
        f"{len(wrong)} of {succeeded} deliveries with Success were not received",
        wrong=len(wrong),
        of=succeeded,
    )


def nothing_stale(evidence: Evidence) -> Verdict:
    """Check that no back office received an older version after it stored a newer one."""
    stale: list[str] = []
    for (back_office, appointment), calls in evidence.by_appointment.items():
        newest = 0
        for call in calls:
            if call.version < newest:
                older = newest - call.version
                stale.append(
                    f"{back_office}, appointment {appointment}: {older} ms older, call {call.began}"
                )
            newest = max(newest, call.version) if call.stored else newest
    return verdict(
        "Nothing stale: no older version is received after a newer one",
        stale,
        f"{len(stale)} of {len(evidence.calls)} calls were stale",
        stale=len(stale),
        of=len(evidence.calls),
    )


def create_comes_first(evidence: Evidence) -> Verdict:
    """Check that the first stored call of each appointment is a create."""
    wrong: list[str] = []
    for (back_office, appointment), calls in evidence.by_appointment.items():
        first = next((call for call in calls if call.stored), None)
        if first is not None and first.action != Action.CREATE:
            wrong.append(f"{back_office}, appointment {appointment}: {first.action} came first")
    appointments = len(evidence.by_appointment)
    return verdict(
        "No update without its create",
        wrong,
        f"{len(wrong)} of {appointments} appointments began with another action",
        wrong=len(wrong),
        of=appointments,
    )


def unknown_outcomes_stored_once(evidence: Evidence) -> Verdict:
    """Check that no later attempt stored a version again at a back office that can be asked."""
    asked = {one.name: one.connector_id for one in evidence.back_offices if one.can_be_asked}
    later = {
        (change.transaction_id, back_office.name): change
        for change, back_office in evidence.expected
        if back_office.name in asked and _attempts(evidence, change, back_office) > 1
    }
    times = Counter(
        Version(call.back_office, call.appointment, call.version)
        for call in evidence.calls
        if call.stored
    )
    wrong = [
        f"{name}, appointment {change.appointment}: stored {count} times"
        for (_, name), change in later.items()
        if (count := times[Version(name, change.appointment, change.version)]) > 1
    ]
    return verdict(
        "Where the back office can be asked, an unknown outcome is stored once",
        wrong,
        f"{len(wrong)} of {len(later)} versions with a later attempt were stored again",
        wrong=len(wrong),
        of=len(later),
    )


def few_repeated(evidence: Evidence) -> Verdict:
    """Check that stored versions were sent again at most once for each call that a kill of a
    dispatcher or of MongoDB can have interrupted.
    """
    times = Counter(
        Version(call.back_office, call.appointment, call.version)
        for call in evidence.calls
        if call.stored
    )
    again = {version: count - 1 for version, count in times.items() if count > 1}
    kills = sum(disruption.kind in KILLS for disruption in evidence.disruptions)
    in_flight = sum(evidence.limits.values())
    repeated, allowed = sum(again.values()), kills * in_flight
    examples = [
        f"{v.back_office}, appointment {v.appointment}: {n + 1} times" for v, n in again.items()
    ]
    return verdict(
        "With a kill at most the calls in flight are repeated, without one nothing",
        examples if repeated > allowed else (),
        f"{repeated} repeated, {allowed} allowed ({kills} kills of {in_flight} calls in flight)",
        repeated=repeated,
        allowed=allowed,
        kills=kills,
    )


def every_delivery_ends(evidence: Evidence) -> Verdict:
    """Check that the API shows every delivery with one of the eight statuses, or waiting with a
    reason.
    """
    wrong: list[str] = []
    came_to: Counter[str] = Counter()
    for change, back_office in evidence.expected:
        delivery = evidence.delivery_of.get((change.transaction_id, back_office.connector_id))
        stands = _stands(delivery)
        came_to[stands] += 1
        if stands not in STATUSES and not (delivery and delivery.get("message")):
            wrong.append(f"{back_office.name}, appointment {change.appointment}: {stands}")
    counted = ", ".join(f"{count} {stands}" for stands, count in came_to.most_common())
    return verdict(
        "Every delivery ends in one of the eight statuses, or waits with a reason",
        wrong,
        f"{len(wrong)} of {len(evidence.expected)} do not: {counted}",
        wrong=len(wrong),
        **came_to,
    )


def services_end_when_asked(evidence: Evidence) -> Verdict:
    """Check that every service ran until SIGTERM, and then ended in time."""
    ended = evidence.bad_exits
    return verdict(
        "Services end when they are asked to, and only then",
        ended,
        f"{len(ended)} did not",
        ended=len(ended),
    )


def _arrived(evidence: Evidence, back_office: str, change: Accepted) -> bool:
    """Whether the version was stored. A delete of an appointment that never existed need not be
    stored.
    """
    if Version(back_office, change.appointment, change.version) in evidence.stored:
        return True
    calls = evidence.by_appointment.get((back_office, change.appointment), ())
    return change.action is Action.DELETE and not any(call.stored for call in calls)


def _delivery(evidence: Evidence, back_office: str, change: Accepted) -> Mapping[str, Any] | None:
    connector_id = next(
        one.connector_id for one in evidence.back_offices if one.name == back_office
    )
    return evidence.delivery_of.get((change.transaction_id, connector_id))


def _attempts(evidence: Evidence, change: Accepted, back_office: BackOffice) -> int:
    found = evidence.delivery_of.get((change.transaction_id, back_office.connector_id))
    return int(found.get("attempt") or 1) if found else 0


def _is_unknown(delivery: Mapping[str, Any] | None) -> bool:
    return bool(delivery and delivery["status"] == "Failed" and delivery["outcome_unknown"])


def _stands(delivery: Mapping[str, Any] | None) -> str:
    return "not known to the API" if delivery is None else delivery["status"] or delivery["phase"]
