"""Creates one record of the API page for each change (domain.md, 4.6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from common.contracts.mapping import ApiPageMapping
from dispatcher.back_offices.access import open_access
from dispatcher.back_offices.calls import Call
from dispatcher.back_offices.facts import facts_of
from dispatcher.back_offices.odata import named, refused
from dispatcher.back_offices.probe import Probed

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.access import Access, Tools
    from dispatcher.back_offices.calls import Answer
    from dispatcher.back_offices.facts import Fact, Facts

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Language": "en-US",
}
METADATA_CAP = 4 * 1024 * 1024


def build(connector: Connector, tools: Tools) -> ApiPage:
    """Return the API page of this connector; raises a DeliveryError when its
    credentials are incomplete.
    """
    return ApiPage(
        open_access(connector, "API page", tools),
        ApiPageMapping.model_validate(connector.mapping or {}),
    )


class ApiPage:
    """One API page of one company."""

    def __init__(self, access: Access, mapping: ApiPageMapping) -> None:
        self._access = access
        self._mapping = mapping
        self._uri = access.connector.uri or ""
        self._zone = access.connector.time_zone

    async def send(self, request: DeliveryRequested) -> int:
        """Create the record; success is 201 with a Location."""
        facts = facts_of(request.transaction, self._zone)
        answer = await self._post(self._uri, self._record(facts))
        if not answer.is_good:
            raise refused(self._access.faults, answer)
        location = answer.headers.get("Location")
        if not location:
            raise self._access.faults.transport("no location", answer)
        await self._post_lines(urljoin(self._uri, location), facts)
        return answer.status

    async def probe(self) -> Probed:
        """Read the metadata, and compare its names with the connector's."""
        answer = await self._access.call(
            Call("GET", f"{self._uri.partition('/companies(')[0]}/$metadata", cap=METADATA_CAP)
        )
        if not answer.is_good:
            raise refused(self._access.faults, answer)
        text = answer.body.decode(errors="replace")
        unknown = [name for _, name in self._mapping.names if f'Name="{name}"' not in text]
        if unknown:
            return Probed(
                passed=False,
                sentence=(
                    f"The metadata does not have what this connector sends: {', '.join(unknown)}. "
                    "Mend the mapping."
                ),
            )
        return Probed(passed=True, sentence="The metadata has every name this connector sends.")

    async def close(self) -> None:
        """Let go of kept connections."""
        await self._access.close()

    def _record(self, facts: Facts) -> dict[str, Any]:
        record: dict[str, Any] = named(self._mapping.names, facts.fields)
        resources, values = self._mapping.resources, self._mapping.field_values
        if resources and resources.posted == "inside" and facts.resources:
            record[resources.name] = [named(resources.names, line) for line in facts.resources]
        if values and facts.field_values:
            record[values.name] = [named(values.names, line) for line in facts.field_values]
        return record

    async def _post_lines(self, record: str, facts: Facts) -> None:
        """Post the resources one by one below the record, where the mapping says so."""
        resources = self._mapping.resources
        if resources is None or resources.posted != "after":
            return
        for line in facts.resources:
            answer = await self._post(f"{record}/{resources.name}", named(resources.names, line))
            if not answer.is_good:
                raise self._access.faults.transport("lines missing", answer)

    async def _post(self, url: str, record: dict[str, Any] | dict[str, Fact]) -> Answer:
        return await self._access.call(Call("POST", url, HEADERS, json.dumps(record).encode()))
