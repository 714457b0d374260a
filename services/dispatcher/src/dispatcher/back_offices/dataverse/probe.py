"""Tries an organisation without sending an appointment: it knows the account, and has the names
that are sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatcher.back_offices.calls import Call
from dispatcher.back_offices.odata import fact, refused
from dispatcher.back_offices.odata_metadata import METADATA_CAP, metadata_in
from dispatcher.back_offices.probe import NO_SUCH, Probed, another_service

if TYPE_CHECKING:
    from common.contracts.mapping import DataverseMapping, DataverseResources
    from dispatcher.back_offices.http_client import BackOfficeHttpClient
    from dispatcher.back_offices.odata_metadata import Metadata

_HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json"}
_CHECK = "Check that the URI is the service root, as in https://org.example/api/data/v9.2."


async def probe(http: BackOfficeHttpClient, root: str, mapping: DataverseMapping) -> Probed:
    """Read the account, the metadata and an empty page of each entity set; raises a
    DeliveryError.
    """
    account = await http.call(Call("GET", f"{root}/WhoAmI", _HEADERS))
    if not account.is_good:
        raise refused(http.faults, account)
    if fact(account, "UserId") is None:
        return another_service(account, "OData", _CHECK)
    described = await http.call(
        Call("GET", f"{root}/$metadata", {"Accept": "application/xml"}, cap=METADATA_CAP)
    )
    metadata = await metadata_in(described) if described.is_good else None
    wrong = _wrong_names(metadata, mapping) if metadata else ""
    if wrong:
        return Probed(passed=False, sentence=wrong)
    return await _sets(http, root, mapping, asks_names=metadata is None)


def _sent(mapping: DataverseMapping) -> list[DataverseMapping | DataverseResources]:
    return [mapping, *([mapping.resources] if mapping.resources else [])]


def _wrong_names(metadata: Metadata, mapping: DataverseMapping) -> str:
    """Return the sentence about names that are sent and not there, or an empty one."""
    unknown = []
    for part in _sent(mapping):
        entity = metadata.entity_sets.get(part.entity_set)
        if entity is None:
            unknown.append(part.entity_set)
            continue
        unknown += metadata.lacking(entity, part.names)
        if part is mapping.resources:
            unknown += metadata.lacking(entity, [("link", mapping.resources.link)])
    if not unknown:
        return ""
    return (
        "Dataverse does not have names that this connector sends: "
        f"{', '.join(unknown)}. Correct the mapping."
    )


async def _sets(
    http: BackOfficeHttpClient, root: str, mapping: DataverseMapping, *, asks_names: bool
) -> Probed:
    """Read an empty page of each entity set; with ``asks_names`` of the fields that are sent, which
    Dataverse refuses by name.
    """
    for part in _sent(mapping):
        select = f"&$select={','.join(name for _, name in part.names)}" if asks_names else ""
        address = f"{root}/{part.entity_set}?$top=0{select}"
        answer = await http.call(Call("GET", address, _HEADERS))
        if answer.status in NO_SUCH:
            sentence = f"Dataverse has no entity set {part.entity_set}: correct the mapping."
            return Probed(passed=False, sentence=sentence)
        if not answer.is_good:
            raise refused(http.faults, answer)
        if fact(answer, "value") is None:
            return another_service(answer, f"OData answer of {part.entity_set}", _CHECK)
    sets = " and ".join(part.entity_set for part in _sent(mapping))
    return Probed(
        passed=True, sentence=f"Dataverse knows the account and has {sets} with every name sent."
    )
