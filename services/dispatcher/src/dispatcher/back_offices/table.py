"""The table of back offices: the client of each system and API type."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from common.contracts.connector import BUSINESS_CENTRAL, CRM, NAV, REST, SOAP, WEBHOOK
from dispatcher.back_offices import api_page, dataverse, soap, webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.applied_rows import RecordReader
    from dispatcher.back_offices.calls import Confirmation, PreparedDelivery
    from dispatcher.back_offices.http_client import SharedResources
    from dispatcher.back_offices.probe import ProbeResult
    from dispatcher.back_offices.read_back import FoundRecord, RecordIdentity

    class RecordFinder(Protocol):
        """Asks one connector's back office for the record of an earlier call. Nothing is stored."""

        def identify(self, request: DeliveryRequested) -> RecordIdentity | None:
            """Return the identity of the record, or None for a snapshot that does not name it.

            Raises RefusedError with the name of a field that cannot be sent.
            """
            ...

        async def find(self, identity: RecordIdentity) -> FoundRecord | None:
            """Return the record, or None where the back office does not have it.

            Raises a DeliveryError with the reason when the answer does not show it.
            """
            ...

    class BackOfficeClient(Protocol):
        """The client of one connector's back office.

        An unforeseen exception in ``prepare`` means that nothing was sent. In ``send`` it means
        that the outcome is unknown.
        """

        @property
        def finder(self) -> RecordFinder | None:
            """The finder of records, or None where the back office cannot be asked."""
            ...

        def prepare(self, request: DeliveryRequested) -> PreparedDelivery:
            """Map one snapshot to the calls that send it.

            Raises RefusedError with the name of a field that cannot be sent.
            """
            ...

        async def send(self, prepared: PreparedDelivery) -> Confirmation:
            """Send one snapshot. Raises a DeliveryError with the reason when it was not
            confirmed.
            """
            ...

        async def probe(self) -> ProbeResult:
            """Test the endpoint within the connector's timeouts, without sending an appointment.

            Raises a DeliveryError with the reason of a failure.
            """
            ...

        def record_reader(self) -> RecordReader | None:
            """Return the reader of records by the connector's preset, or None without one.

            Raises MisconfiguredError.
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
    """Return the client of a validated connector's back office.

    Raises MisconfiguredError when the connector's settings cannot be used.
    """
    return BACK_OFFICES[connector.kind](connector, shared)
