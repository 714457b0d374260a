"""Tests an API page without sending an appointment.

The metadata must have the names that are sent, and the page of the company must be readable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from dispatcher.back_offices.calls import HttpCall
from dispatcher.back_offices.odata import json_property, odata_error
from dispatcher.back_offices.odata_metadata import MAX_METADATA_BYTES, parse_metadata
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.probe import NOT_FOUND, NOT_READABLE, ProbeResult, wrong_service

if TYPE_CHECKING:
    from common.contracts.mapping import ApiPageMapping
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.http_client import BackOfficeHttpClient

_HEADERS = {"Accept": "application/json", "Accept-Language": "en-US"}
_COMPANY = re.compile(r"/companies\(([^)]*)\)|[?&]company=([^&]*)", re.IGNORECASE)
_CHECK = "Check that the URI ends in companies(<id>)/appointments of the vendor's API page."


async def probe(http: BackOfficeHttpClient, mapping: ApiPageMapping) -> ProbeResult:
    """Compare the names of the metadata with the connector's, then read an empty page of the
    company.

    Raises a DeliveryError.
    """
    uri = http.uri
    response = await http.call(HttpCall("GET", metadata_address(uri), max_bytes=MAX_METADATA_BYTES))
    if not response.is_success:
        raise await odata_error(http.faults, response)
    wrong = await _wrong_names_in(response, mapping, _entity_set(uri))
    if wrong is None:
        return wrong_service(response, "OData metadata", _CHECK)
    return ProbeResult(passed=False, sentence=wrong) if wrong else await _page(http, uri)


def metadata_address(uri: str) -> str:
    """Return the address of the metadata: the parent and the query of the URI."""
    scheme, authority, path, query, _ = urlsplit(uri)
    root, companies, _ = path.partition("/companies(")
    root = root if companies else path.rstrip("/").rpartition("/")[0]
    return urlunsplit((scheme, authority, f"{root}/$metadata", query, ""))


def _entity_set(uri: str) -> str:
    return unquote(urlsplit(uri).path.rstrip("/").rpartition("/")[2])


async def _wrong_names_in(
    response: HttpResponse, mapping: ApiPageMapping, entity_set: str
) -> str | None:
    if not response.is_whole:
        return None
    return await parse_answer(wrong_names, response.body, mapping, entity_set)


def wrong_names(body: bytes, mapping: ApiPageMapping, entity_set: str) -> str | None:
    """Return the sentence about names that are sent and do not exist, or an empty sentence.

    Returns None where the body is no metadata.
    """
    metadata = parse_metadata(body)
    if metadata is None:
        return None
    entity = metadata.entity_sets.get(entity_set)
    if entity is None:
        return f"The metadata has no entity set {entity_set}. {_CHECK}"
    unknown = metadata.missing_names(entity, mapping.names)
    for part in (mapping.resources, mapping.field_values):
        if part is not None:
            line = metadata.names(entity).get(part.name)
            unknown += [part.name] if line is None else metadata.missing_names(line, part.names)
    if not unknown:
        return ""
    return (
        "The metadata does not have names that this connector sends: "
        f"{', '.join(unknown)}. Correct the mapping."
    )


async def _page(http: BackOfficeHttpClient, uri: str) -> ProbeResult:
    address = f"{uri}{'&' if '?' in uri else '?'}$top=0"
    response = await http.call(HttpCall("GET", address, _HEADERS))
    if response.status in NOT_FOUND:
        return ProbeResult(passed=False, sentence=_no_company(uri))
    if response.status in NOT_READABLE:
        return ProbeResult(
            passed=True,
            sentence=(
                "The metadata has every name this connector sends. The page cannot be read "
                f"(status code {response.status}), so only a delivery shows whether the company is "
                "right."
            ),
        )
    if not response.is_success:
        raise await odata_error(http.faults, response)
    if await json_property(response, "value") is None:
        return wrong_service(response, "OData answer of the page", _CHECK)
    return ProbeResult(
        passed=True,
        sentence="The metadata has every name this connector sends, and the company has the page.",
    )


def _no_company(uri: str) -> str:
    found = _COMPANY.search(uri)
    if found is None:
        return f"No service answers at this URI. {_CHECK}"
    company = f"company {unquote(found[1])}" if found[1] else "such company"
    return f"There is no {company} at the back office: correct the company in the URI."
