"""The conditions of a list: filters, order and saved view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mboc_client.arguments.saved_views import find_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mboc_client.portal import PortalClient


@dataclass(frozen=True)
class Conditions:
    """The filters and the order on a command line, and the saved view that they refine.

    ``given`` holds each option, None or empty where it is not on the command line.
    """

    given: Mapping[str, Any]
    view: str | None = None
    list_name: str | None = None

    async def query(self, portal: PortalClient) -> dict[str, Any]:
        """Return the conditions as a query: those of the saved view, then those given."""
        if not self.view:
            return self._given()
        view = await find_view(portal, self.view, self.list_name)
        return {**view["query"], **self._given()}

    async def filters(self, portal: PortalClient) -> dict[str, Any]:
        """Return the query without its order."""
        query = await self.query(portal)
        return {
            name: value for name, value in query.items() if name in self.given and name != "sort"
        }

    def _given(self) -> dict[str, Any]:
        """Return each given option with its value, or with several values."""
        found = {}
        for name, value in self.given.items():
            if isinstance(value, tuple) and value:
                found[name] = value[0] if len(value) == 1 else list(value)
            elif value is not None and value != ():
                found[name] = value
        return found
