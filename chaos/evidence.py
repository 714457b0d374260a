"""The evidence for the promises: accepted changes, calls at the back offices, deliveries of the
portal API, and disruptions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.appointment import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chaos.disruptions import Kind


class Accepted(NamedTuple):
    """A change that ingest answered with 202, at a time in seconds since 1970."""

    appointment: str
    version: int
    action: Action
    source_app: str
    transaction_id: str
    at_s: float


class Call(NamedTuple):
    """A call that a back office received. ``began`` and ``ended`` number the beginnings and ends of
    all calls.

    ``stored`` means that the back office stored the call, even if it could not answer. ``status``
    is None when the caller disconnected before the answer.
    """

    back_office: str
    began: int
    ended: int
    at_s: float
    took_s: float
    appointment: str
    version: int
    action: str
    stored: bool
    status: int | None


class PastDisruption(NamedTuple):
    """A finished disruption, in seconds since 1970."""

    kind: Kind
    target: str
    began_s: float
    ended_s: float


class Start(NamedTuple):
    """A dispatcher that started under load, and the time until its first attempt. None means no
    attempt.
    """

    name: str
    at_s: float
    first_attempt_s: float | None


class BackOffice(NamedTuple):
    """A back office with its connector. Back offices with the same ``shares`` have one limit.

    ``can_be_asked`` is whether it is asked for the records of calls without an answer.
    """

    name: str
    connector_id: str
    source_app: str
    shares: str
    can_be_asked: bool = False


class Version(NamedTuple):
    """One version of one appointment at one back office."""

    back_office: str
    appointment: str
    version: int


@dataclass(frozen=True)
class Evidence:
    """All observations of a run. ``calls`` are in the order of their beginnings."""

    back_offices: Sequence[BackOffice]
    limits: Mapping[str, int]
    accepted: Sequence[Accepted]
    calls: Sequence[Call]
    deliveries: Sequence[Mapping[str, Any]]
    disruptions: Sequence[PastDisruption] = ()
    starts: Sequence[Start] = ()
    bad_exits: Sequence[str] = ()
    ended_s: float = 0.0

    @cached_property
    def by_appointment(self) -> Mapping[tuple[str, str], Sequence[Call]]:
        """The calls of each back office and appointment, in the order of their beginnings."""
        found: dict[tuple[str, str], list[Call]] = defaultdict(list)
        for call in self.calls:
            if call.appointment:
                found[call.back_office, call.appointment].append(call)
        return found

    @cached_property
    def stored(self) -> Mapping[Version, float]:
        """The time when each version was first stored."""
        found: dict[Version, float] = {}
        for call in self.calls:
            if call.stored:
                version = Version(call.back_office, call.appointment, call.version)
                found.setdefault(version, call.at_s)
        return found

    @cached_property
    def newest(self) -> Mapping[tuple[str, str], Accepted]:
        """The newest accepted change of each appointment, by back office."""
        last = {change.appointment: change for change in self.accepted}
        return {
            (back_office.name, change.appointment): change
            for change in last.values()
            for back_office in self.back_offices_of(change.source_app)
        }

    @cached_property
    def delivery_of(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """The API's delivery by transaction and connector."""
        return {(one["transaction_id"], one["connector_id"]): one for one in self.deliveries}

    @cached_property
    def expected(self) -> Sequence[tuple[Accepted, BackOffice]]:
        """Every delivery that the API must have."""
        return [
            (change, back_office)
            for change in self.accepted
            for back_office in self.back_offices_of(change.source_app)
        ]

    def back_offices_of(self, source_app: str) -> Sequence[BackOffice]:
        """Return the back offices that receive changes of this source app."""
        return self._back_offices_by_app.get(source_app, ())

    @cached_property
    def _back_offices_by_app(self) -> Mapping[str, Sequence[BackOffice]]:
        found: dict[str, list[BackOffice]] = defaultdict(list)
        for back_office in self.back_offices:
            found[back_office.source_app].append(back_office)
        return found
