"""Creates one record for each change and one for each resource, linked, in one change set
(domain.md, 4.8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from common.contracts.mapping import DataverseMapping
from dispatcher.back_offices.access import open_access
from dispatcher.back_offices.calls import Call
from dispatcher.back_offices.dataverse.batch import CONTENT_TYPE, answers_in, change_set
from dispatcher.back_offices.facts import facts_of
from dispatcher.back_offices.odata import named, refused
from dispatcher.back_offices.probe import Probed

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.access import Access, Tools
    from dispatcher.back_offices.facts import Facts

HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json"}


def build(connector: Connector, tools: Tools) -> Dataverse:
    """Return the organisation of this connector; raises a DeliveryError when its
    credentials are incomplete.
    """
    return Dataverse(
        open_access(connector, "Dataverse", tools),
        DataverseMapping.model_validate(connector.mapping or {}),
    )


class Dataverse:
    """One organisation; the connector's URI is its service root, as in
    ``https://org.example/api/data/v9.2``.
    """

    def __init__(self, access: Access, mapping: DataverseMapping) -> None:
        self._access = access
        self._mapping = mapping
        self._root = (access.connector.uri or "").rstrip("/")
        self._zone = access.connector.time_zone

    async def send(self, request: DeliveryRequested) -> int:
        """Create the records; success is every one of them created."""
        posts = self._posts(facts_of(request.transaction, self._zone))
        headers = {**HEADERS, "Content-Type": CONTENT_TYPE}
        answer = await self._access.call(
            Call("POST", f"{self._root}/$batch", headers, change_set(posts))
        )
        inner = answers_in(answer)
        for one in (*inner, answer):
            if not one.is_good:
                raise refused(self._access.faults, one)
        if not answer.is_whole or len(inner) != len(posts):
            raise self._access.faults.transport("malformed", answer)
        return inner[0].status

    async def probe(self) -> Probed:
        """Ask who we are, then whether the entity set is there."""
        for path in ("WhoAmI", f"{self._mapping.entity_set}?$top=0"):
            answer = await self._access.call(Call("GET", f"{self._root}/{path}", HEADERS))
            if not answer.is_good:
                raise refused(self._access.faults, answer)
        return Probed(
            passed=True, sentence=f"Dataverse knows the account and has {self._mapping.entity_set}."
        )

    async def close(self) -> None:
        """Let go of kept connections."""
        await self._access.close()

    def _posts(self, facts: Facts) -> list[tuple[str, dict[str, Any]]]:
        path, resources = urlsplit(self._root).path, self._mapping.resources
        posts: list[tuple[str, dict[str, Any]]] = [
            (f"{path}/{self._mapping.entity_set}", named(self._mapping.names, facts.fields))
        ]
        if resources:
            link = {f"{resources.link}@odata.bind": "$1"}
            posts += [
                (f"{path}/{resources.entity_set}", named(resources.names, line) | link)
                for line in facts.resources
            ]
        return posts
