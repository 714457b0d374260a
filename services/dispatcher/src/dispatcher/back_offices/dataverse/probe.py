"""Tests an organisation without sending an appointment.

The organisation must know the account and have the names that are sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatcher.back_offices.calls import HttpCall
from dispatcher.back_offices.odata import json_property, odata_error
from dispatcher.back_offices.odata_metadata import MAX_METADATA_BYTES, parse_metadata
from dispatcher.back_offices.parsing import parse_answer
from dispatcher.back_offices.probe import NOT_FOUND, ProbeResult, wrong_service

if TYPE_CHECKING:
    from common.contracts.mapping import DataverseMapping, DataverseResources
    from dispatcher.back_offices.http_client import BackOfficeHttpClient

_HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json"}
_CHECK = "Check that the URI is the service root, as in https://org.example/api/data/v9.2."


async def probe(http: BackOfficeHttpClient, root: str, mapping: DataverseMapping) -> ProbeResult:
    """Read the account, the metadata and an empty page of each entity set. Raises a
    DeliveryError.
    """
    account = await http.call(HttpCall("GET", f"{root}/WhoAmI", _HEADERS))
    if not account.is_success:
        raise await odata_error(http.faults, account)
    if await json_property(account, "UserId") is None:
        return wrong_service(account, "OData", _CHECK)
    described = await http.call(
        HttpCall(
            "GET", f"{root}/$metadata", {"Accept": "application/xml"}, max_bytes=MAX_METADATA_BYTES
        )
    )
    is_readable = described.is_success and described.is_whole
    wrong = await parse_answer(wrong_names, described.body, mapping) if is_readable else None
    if wrong:
        return ProbeResult(passed=False, sentence=wrong)
    return await _sets(http, root, mapping, asks_names=wrong is None)


def _sent(mapping: DataverseMapping) -> list[DataverseMapping | DataverseResources]:
    return [mapping, *([mapping.resources] if mapping.resources else [])]


def wrong_names(body: bytes, mapping: DataverseMapping) -> str | None:
    """Return the sentence about names that are sent and do not exist, or an empty sentence.

    Returns None where the body is no metadata.
    """
    metadata = parse_metadata(body)
    if metadata is None:
        return None
    unknown = []
    for part in _sent(mapping):
        entity = metadata.entity_sets.get(part.entity_set)
        if entity is None:
            unknown.append(part.entity_set)
            continue
        unknown += metadata.missing_names(entity, part.names)
        if part is mapping.resources:
            unknown += metadata.missing_names(entity, [("link", mapping.resources.link)])
    if not unknown:
        return ""
    return (
        "Dataverse does not have names that this connector sends: "
        f"{', '.join(unknown)}. Correct the mapping."
    )


async def _sets(
    http: BackOfficeHttpClient, root: str, mapping: DataverseMapping, *, asks_names: bool
) -> ProbeResult:
    """Read an empty page of each entity set.

    With ``asks_names`` the page is restricted to the fields that are sent. Dataverse refuses
    unknown ones by name.
    """
    for part in _sent(mapping):
        select = f"&$select={','.join(name for _, name in part.names)}" if asks_names else ""
        address = f"{root}/{part.entity_set}?$top=0{select}"
        response = await http.call(HttpCall("GET", address, _HEADERS))
        if response.status in NOT_FOUND:
            sentence = f"Dataverse has no entity set {part.entity_set}: correct the mapping."
            return ProbeResult(passed=False, sentence=sentence)
        if not response.is_success:
            raise await odata_error(http.faults, response)
        if await json_property(response, "value") is None:
            return wrong_service(response, f"OData answer of {part.entity_set}", _CHECK)
    sets = " and ".join(part.entity_set for part in _sent(mapping))
    return ProbeResult(
        passed=True, sentence=f"Dataverse knows the account and has {sets} with every name sent."
    )
