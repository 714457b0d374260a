"""Figures of the services, read from their ``/metrics``."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from local_stack.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.samples import Sample

    from local_stack.system_client import SystemClient

SHOWN = ("Success", "Failed", "Skipped")


class Lane(NamedTuple):
    """One connector's figures since the start of the dispatcher."""

    name: str
    delivered: int
    failed: int
    skipped: int
    other: int
    in_flight: int
    is_held: bool


class Figures(NamedTuple):
    """The whole system's figures since its start."""

    accepted: int
    lanes: tuple[Lane, ...]

    def total(self, of: str) -> int:
        """Return the sum over all connectors."""
        return sum(int(getattr(lane, of)) for lane in self.lanes)


async def read_figures(client: SystemClient) -> Figures:
    """Read ingest, dispatcher and portal-api. An unavailable service counts as 0."""
    ingest, dispatcher, names = await asyncio.gather(
        client.metrics("ingest"), client.metrics("dispatcher"), _names(client)
    )
    accepted = sum(
        sample.value for sample in _samples(ingest) if sample.name == "mboc_ingest_accepted_total"
    )
    return Figures(int(accepted), lanes(dispatcher, names))


def lanes(page: str, names: dict[str, str]) -> tuple[Lane, ...]:
    """Return the lanes of the dispatcher's metrics. ``names`` are the connectors' names by id."""
    statuses: defaultdict[tuple[str, str], int] = defaultdict(int)
    now: defaultdict[tuple[str, str], int] = defaultdict(int)
    for sample in _samples(page):
        connector_id = sample.labels.get("connector_id", "")
        if sample.name == "mboc_dispatcher_attempts_total":
            status = sample.labels["status"]
            statuses[connector_id, status if status in SHOWN else "other"] += int(sample.value)
        elif connector_id:
            now[connector_id, sample.name] = int(sample.value)
    found = {connector_id for connector_id, _ in (*statuses, *now)} | set(names)
    return tuple(
        _lane(connector_id, names, statuses, now)
        for connector_id in sorted(found, key=lambda one: names.get(one, "~"))
    )


def _lane(
    connector_id: str,
    names: dict[str, str],
    statuses: dict[tuple[str, str], int],
    now: dict[tuple[str, str], int],
) -> Lane:
    delivered, failed, skipped, other = (
        statuses.get((connector_id, status), 0) for status in (*SHOWN, "other")
    )
    return Lane(
        names.get(connector_id, "no connector" if connector_id == "-" else connector_id),
        delivered,
        failed,
        skipped,
        other,
        in_flight=now.get((connector_id, "mboc_dispatcher_calls_in_flight"), 0),
        is_held=bool(now.get((connector_id, "mboc_dispatcher_lane_held"), 0)),
    )


async def _names(client: SystemClient) -> dict[str, str]:
    try:
        return {
            connector["connector_id"]: connector["name"]
            for connector in (await client.api("GET", "/connectors"))["items"]
        }
    except RefusedError:
        return {}


def _samples(page: str) -> Iterable[Sample]:
    for family in text_string_to_metric_families(page):
        yield from family.samples
