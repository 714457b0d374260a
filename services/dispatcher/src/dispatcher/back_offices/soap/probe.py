"""Tests a page service without sending an appointment, by the names in its WSDL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.probe import ProbeResult, wrong_service
from dispatcher.back_offices.soap.wsdl import PageWsdl, WsdlError

if TYPE_CHECKING:
    from common.contracts.mapping import SoapMapping
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.faults import FaultTranslator

_CHECK = "Check that the URI ends in Page/Appointment and that the page is published."


async def probe(
    response: HttpResponse, mapping: SoapMapping, faults: FaultTranslator
) -> ProbeResult:
    """Compare the names of the WSDL with the connector's."""
    if not response.is_whole:
        return wrong_service(response, "WSDL", _CHECK)
    compared = await parse_answer(compare, response.body, mapping, faults)
    return compared or wrong_service(response, "WSDL", _CHECK)


def compare(body: bytes, mapping: SoapMapping, faults: FaultTranslator) -> ProbeResult | None:
    """Return the result of the comparison, or None where the body is no WSDL."""
    try:
        page = PageWsdl(body)
        found = page.mapping()
    except WsdlError as error:
        if error.is_wsdl:
            return ProbeResult(passed=False, sentence=f"{error} {_CHECK}")
        return None
    unknown = page.missing(mapping)
    if not unknown:
        sentence = "The WSDL has every name this connector sends."
        return ProbeResult(passed=True, sentence=sentence, mapping=found.model_dump())
    if found.fields["appointment_id"] is None and page.entity != mapping.entity:
        entity, namespace = faults.quote(page.entity), faults.quote(page.namespace)
        sentence = f"The WSDL is of {entity} ({namespace}), not of appointments."
        return ProbeResult(passed=False, sentence=f"{sentence} {_CHECK}")
    sentence = (
        f"The WSDL does not have names that this connector sends: {', '.join(unknown)}. "
        "Take over the names of the WSDL, or correct the mapping."
    )
    return ProbeResult(passed=False, sentence=sentence, mapping=found.model_dump())
