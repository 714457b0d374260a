"""The table of back offices: system and API type, and the client of each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from common.contracts.connector import BUSINESS_CENTRAL, CRM, NAV, REST, SOAP, WEBHOOK
from dispatcher.back_offices import api_page, dataverse, soap, webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.calls import PreparedDelivery, Receipt
    from dispatcher.back_offices.http_client import SharedResources
    from dispatcher.back_offices.probe import ProbeResult

    class BackOfficeClient(Protocol):
        """The client of one connector's back office.

        An unforeseen exception in ``prepare`` means that nothing was sent; in ``send`` it means
        that the outcome is unknown.
        """

        def prepare(self, request: DeliveryRequested) -> PreparedDelivery:
            """Map one snapshot to the call that sends it; raises RefusedError naming the field
            that cannot be sent.
            """
            ...

        async def send(self, prepared: PreparedDelivery) -> Receipt:
            """Send one snapshot; raises a DeliveryError that says why it was not confirmed."""
            ...

        async def probe(self) -> ProbeResult:
            """Try the endpoint without sending an appointment, within the connector's timeouts;
            raises a DeliveryError that says what is wrong.
            """
            ...

        async def close(self) -> None:
            """Close idle connections, after the calls under way."""
            ...

    Build = Callable[[Connector, SharedResources], BackOfficeClient]

BACK_OFFICES: Mapping[tuple[str, str], Build] = MappingProxyType(
    {
        (BUSINESS_CENTRAL, SOAP): soap.build,
        (BUSINESS_CENTRAL, REST): api_page.build,
        (NAV, SOAP): soap.build,
        (CRM, REST): dataverse.build,
        (WEBHOOK, REST): webhook.build,
    }
)
KINDS = frozenset(BACK_OFFICES)


def build(connector: Connector, shared: SharedResources) -> BackOfficeClient:
    """Return the client of this connector's back office; the connector has been validated.

    Raises MisconfiguredError when its settings cannot be used.
    """
    return BACK_OFFICES[connector.kind](connector, shared)
