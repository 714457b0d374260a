"""Tests an API page without sending an appointment.

The metadata must have the names that are sent, and the page of the company must be readable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from dispatcher.back_offices.calls import HttpCall
from dispatcher.back_offices.odata import json_property, odata_error
from dispatcher.back_offices.odata_metadata import MAX_METADATA_BYTES, metadata_in
from dispatcher.back_offices.probe import NOT_FOUND, NOT_READABLE, ProbeResult, wrong_service

if TYPE_CHECKING:
    from common.contracts.mapping import ApiPageMapping
    from dispatcher.back_offices.http_client import BackOfficeHttpClient
    from dispatcher.back_offices.odata_metadata import ODataMetadata

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
        raise odata_error(http.faults, response)
    metadata = await metadata_in(response)
    if metadata is None:
        return wrong_service(response, "OData metadata", _CHECK)
    wrong = _wrong_names(metadata, mapping, _entity_set(uri))
    return ProbeResult(passed=False, sentence=wrong) if wrong else await _page(http, uri)


def metadata_address(uri: str) -> str:
    """Return the address of the metadata: the parent and the query of the URI."""
    scheme, authority, path, query, _ = urlsplit(uri)
    root, companies, _ = path.partition("/companies(")
    root = root if companies else path.rstrip("/").rpartition("/")[0]
    return urlunsplit((scheme, authority, f"{root}/$metadata", query, ""))


def _entity_set(uri: str) -> str:
    return unquote(urlsplit(uri).path.rstrip("/").rpartition("/")[2])


def _wrong_names(metadata: ODataMetadata, mapping: ApiPageMapping, entity_set: str) -> str:
    """Return the sentence about names that are sent and do not exist, or an empty sentence."""
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
        raise odata_error(http.faults, response)
    if json_property(response, "value") is None:
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
