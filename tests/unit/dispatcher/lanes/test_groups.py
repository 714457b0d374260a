from __future__ import annotations

from typing import Any

import pytest

from common.contracts.connector import Connector
from dispatcher.lanes.groups import (
    LaneKey,
    calls_per_lane_of,
    lane_keys_of,
    membership_of,
    strictest_limits,
)
from tests.support.builders import a_connector

LOGIN = {"type": "Windows", "login": "CRONUS\\DIME"}
CLIENT = {"type": "Microsoft Entra ID", "client_id": "made-up"}
BC = {"system": "Business Central", "uri": "https://bc.cronus.example/A", "authentication": LOGIN}


def belongs(connector: Connector, partition: int = 0) -> Any:
    return membership_of(connector, LaneKey(connector.connector_id, partition))


def two(**fields: Any) -> tuple[Connector, Connector]:
    """Two connectors that differ in these fields alone."""
    one = a_connector(**(BC | {"connector_id": "a"}))
    return one, a_connector(**(BC | {"connector_id": "b"} | fields))


def test_connectors_of_one_login_at_one_host_are_worked_by_one_replica() -> None:
    one, other = two(uri="https://bc.cronus.example/another/company")

    assert belongs(one).group == belongs(other).group
    assert belongs(one).credential == belongs(other).credential


@pytest.mark.parametrize(
    "fields",
    [
        {"uri": "https://other.cronus.example/A"},
        {"uri": "https://bc.cronus.example:8443/A"},
        {"authentication": LOGIN | {"login": "CRONUS\\OTHER"}},
        {"authentication": CLIENT},
        {"system": "NAV"},
    ],
)
def test_another_login_host_or_system_shares_nothing(fields: dict[str, Any]) -> None:
    one, other = two(**fields)

    assert belongs(one).group != belongs(other).group
    assert belongs(one).limiter != belongs(other).limiter


def test_connectors_of_business_central_with_one_login_share_their_calls() -> None:
    one, other = two()

    assert belongs(one).limiter == belongs(other).limiter


def test_connectors_of_other_systems_with_one_login_have_calls_of_their_own() -> None:
    one = a_connector(connector_id="a", authentication=LOGIN)
    other = a_connector(connector_id="b", authentication=LOGIN)

    assert belongs(one).group == belongs(other).group
    assert belongs(one).limiter != belongs(other).limiter


@pytest.mark.parametrize("authentication", [{}, {"client_id": "left over"}])
def test_a_connector_without_login_shares_nothing(authentication: dict[str, str]) -> None:
    one = a_connector(connector_id="a", authentication=authentication)
    other = a_connector(connector_id="b", authentication=authentication)

    assert belongs(one).credential is None
    assert belongs(one).group != belongs(other).group


def test_a_malformed_uri_troubles_nothing() -> None:
    assert belongs(a_connector(uri="http://[", authentication=LOGIN)).credential


def test_parts_of_a_connector_may_be_worked_by_different_replicas() -> None:
    connector = a_connector(limits={"partitions": 3})

    groups = {belongs(connector, number).group for number in range(3)}

    assert len(groups) == 3


def test_a_connector_without_parts_has_one_lane() -> None:
    assert [key.name for key in lane_keys_of(a_connector())] == ["c1"]


def test_lanes_of_parts_that_were_removed_are_still_emptied() -> None:
    connector = a_connector(limits={"partitions": 2}, most_partitions=3)

    assert [key.name for key in lane_keys_of(connector)] == ["c1", "c1.1", "c1.2"]


def test_parts_share_the_connectors_calls() -> None:
    connector = a_connector(
        limits={"partitions": 4, "calls_in_flight": 8, "calls_per_second": 10.0}
    )

    assert calls_per_lane_of(connector) == 2
    assert strictest_limits([connector]) == (2, 2.5)


def test_more_parts_than_calls_get_one_call_each() -> None:
    assert calls_per_lane_of(a_connector(limits={"partitions": 8, "calls_in_flight": 5})) == 1


def test_the_strictest_limit_of_those_that_share_counts() -> None:
    one = a_connector(limits={"calls_in_flight": 5, "calls_per_second": 20.0})
    other = a_connector(limits={"calls_in_flight": 3, "calls_per_second": 0.0})

    assert strictest_limits([one, other]) == (3, 20.0)


def test_business_central_takes_five_calls_at_once_and_six_thousand_in_five_minutes() -> None:
    calls, rate = strictest_limits([a_connector(system="Business Central")])

    assert (calls, rate * 300) == (5, 6000)
