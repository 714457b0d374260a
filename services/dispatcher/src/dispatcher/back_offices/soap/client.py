"""Creates one record of the staging page for each change (domain.md, 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.mapping import SoapMapping
from dispatcher.back_offices.access import open_access
from dispatcher.back_offices.calls import Call
from dispatcher.back_offices.facts import facts_of
from dispatcher.back_offices.probe import Probed
from dispatcher.back_offices.soap.answer import Fault, read_answer
from dispatcher.back_offices.soap.envelope import envelope
from dispatcher.back_offices.soap.wsdl import WsdlError, mapping_in, missing

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.access import Access, Tools
    from dispatcher.back_offices.calls import Answer

WSDL_CAP = 4 * 1024 * 1024


def build(connector: Connector, tools: Tools) -> PageService:
    """Return the page service of this connector; raises a DeliveryError when its
    credentials are incomplete.
    """
    return PageService(
        open_access(connector, "page service", tools),
        SoapMapping.model_validate(connector.mapping or {}),
    )


class PageService:
    """One published page."""

    def __init__(self, access: Access, mapping: SoapMapping) -> None:
        self._access = access
        self._mapping = mapping
        self._uri = access.connector.uri or ""
        self._zone = access.connector.time_zone
        self._headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{mapping.namespace}:Create"',
        }

    async def send(self, request: DeliveryRequested) -> int:
        """Create the record; success is a result without fault."""
        body = envelope(self._mapping, facts_of(request.transaction, self._zone))
        answer = await self._access.call(Call("POST", self._uri, self._headers, body))
        if not self._read(answer) or not answer.is_whole:
            raise self._access.faults.transport("malformed", answer)
        return answer.status

    async def probe(self) -> Probed:
        """Read the WSDL, and compare its names with the connector's."""
        answer = await self._access.call(Call("GET", self._uri, cap=WSDL_CAP))
        self._read(answer)
        try:
            found = mapping_in(answer.body)
        except WsdlError as error:
            return Probed(
                passed=False,
                sentence=(
                    f"{error} Check that the URI ends in Page/Appointment and that the "
                    "page is published."
                ),
            )
        unknown = missing(self._mapping, found)
        if unknown:
            sentence = (
                f"The WSDL does not have what this connector sends: {', '.join(unknown)}. Take "
                "over the names of the WSDL, or mend the mapping."
            )
            return Probed(passed=False, sentence=sentence, mapping=found.model_dump())
        return Probed(
            passed=True,
            sentence="The WSDL has every name this connector sends.",
            mapping=found.model_dump(),
        )

    def _read(self, answer: Answer) -> bool:
        """Return whether this is the result of Create; raises a DeliveryError for a fault, and for
        a status that is no success.
        """
        faults, said = self._access.faults, read_answer(answer.body, self._mapping.namespace)
        if isinstance(said, Fault):
            raise faults.find("soap", said.text, answer, said.message) or faults.status(
                answer, said.message
            )
        if not answer.is_good:
            raise faults.status(answer)
        return said

    async def close(self) -> None:
        """Let go of kept connections."""
        await self._access.close()
