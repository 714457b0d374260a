"""Which systems and API types there are, and what speaks to each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from common.contracts.connector import BUSINESS_CENTRAL, CRM, NAV, REST, SOAP, WEBHOOK
from dispatcher.back_offices import api_page, dataverse, soap, webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.access import Tools
    from dispatcher.back_offices.probe import Probed

    class BackOffice(Protocol):
        """One connector's back office."""

        async def send(self, request: DeliveryRequested) -> int:
            """Hand over one snapshot and return the HTTP status of success; raise a DeliveryError
            that says why not.
            """
            ...

        async def probe(self) -> Probed:
            """Try the endpoint without sending an appointment; raise a DeliveryError that
            says what is wrong.
            """
            ...

        async def close(self) -> None:
            """Let go of kept connections, after the calls under way."""
            ...

    Build = Callable[[Connector, Tools], BackOffice]

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


def build(connector: Connector, tools: Tools) -> BackOffice:
    """Return what speaks to this connector's back office; the connector has been validated."""
    return BACK_OFFICES[connector.kind](connector, tools)
