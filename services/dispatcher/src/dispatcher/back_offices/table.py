"""Which systems and API types there are, and what speaks to each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from dispatcher.back_offices import webhook
from dispatcher.validate import WEBHOOK, api_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp import ClientSession

    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from common.sealing import KeyRing

    class BackOffice(Protocol):
        """One connector's back office."""

        async def send(self, request: DeliveryRequested) -> int:
            """Hand over one snapshot and return the HTTP status of success; raise a DeliveryError that says why not."""
            ...

    Build = Callable[[Connector, ClientSession, KeyRing], BackOffice]

BACK_OFFICES: Mapping[tuple[str, str], Build] = MappingProxyType({(WEBHOOK, "REST"): webhook.build})
KINDS = frozenset(BACK_OFFICES)


def build(connector: Connector, session: ClientSession, keys: KeyRing) -> BackOffice:
    """Return what speaks to this connector's back office; the connector has been validated."""
    return BACK_OFFICES[connector.system or "", api_type_of(connector)](connector, session, keys)
