"""Groups lanes of connectors that share a credential (domain.md, 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from common.contracts.connector import BUSINESS_CENTRAL, AuthenticationType
from common.contracts.message import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from common.contracts.connector import Connector


class LaneKey(NamedTuple):
    """The key of one lane: a connector and one of its partitions."""

    connector_id: str
    partition: int = 0

    @property
    def name(self) -> str:
        """The unique name of the lane."""
        return f"{self.connector_id}.{self.partition}" if self.partition else self.connector_id


class GroupMembership(NamedTuple):
    """The groups that a lane belongs to.

    ``group`` is leased to one replica at a time. Lanes with the same ``limiter`` share their calls.
    These are lanes of Business Central with one credential, because its limits are per user
    (Microsoft's operational limits). Lanes with the same ``credential`` try it one at a time until
    it was accepted. It is None where calls need no credential.
    """

    group: str
    limiter: str
    credential: str | None


def lane_keys_of(connector: Connector) -> Iterator[LaneKey]:
    """Return the keys of the connector's lanes, including lanes of former partitions.

    Former lanes are emptied: their deliveries are passed on to the lanes of their partitions.
    """
    most = max(connector.partitions, connector.most_partitions)
    return (LaneKey(connector.connector_id, number) for number in range(most))


def membership_of(connector: Connector, key: LaneKey) -> GroupMembership:
    """Return the groups of the lane. A connector with partitions shares nothing."""
    credential = _credential_of(connector)
    if credential is None or connector.partitions > 1:
        return GroupMembership(key.name, key.name, credential)
    shares_limits = connector.system == BUSINESS_CENTRAL
    return GroupMembership(credential, credential if shares_limits else key.name, credential)


def calls_per_lane_of(connector: Connector) -> int:
    """Return the calls that one of the connector's lanes may have in flight."""
    return max(1, connector.calls_in_flight // connector.partitions)


def strictest_limits(connectors: Collection[Connector]) -> tuple[int, float]:
    """Return the calls in flight and calls per second of lanes that share a limiter. 0 is
    no limit.
    """
    rates = [one.calls_per_second / one.partitions for one in connectors]
    calls = min(calls_per_lane_of(one) for one in connectors)
    return calls, min((rate for rate in rates if rate), default=0.0)


def _credential_of(connector: Connector) -> str | None:
    authentication = connector.authentication
    account = authentication.client_id or authentication.login
    if not account or (authentication.type is AuthenticationType.NONE and not authentication.login):
        return None
    try:
        host = urlsplit(connector.uri or "").netloc
    except ValueError:
        host = ""
    return digest(
        [
            connector.system or "",
            host,
            account,
            authentication.tenant_id or "",
            authentication.token_url or "",
        ]
    )
