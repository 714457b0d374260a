"""``/api/figures``: counts of transactions and outcomes over time, for charts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from portal_api.errors import InvalidFieldError
from portal_api.statistics.schemas import MAX_FIGURES, Figure, FigureList, FigureQuery

if TYPE_CHECKING:
    from portal_api.store.connectors import Connectors
    from portal_api.store.statistics import Statistics


def statistics(store: Statistics, connectors: Connectors) -> APIRouter:
    """Return the router of figures."""
    router = APIRouter(tags=["Status"])

    @router.get("/figures")
    async def list_figures(query: Annotated[FigureQuery, Query()]) -> FigureList:
        """List the figures by minute, hour or day (UTC) and connector. New figures appear within
        seconds.
        """
        begin, end = query.range(datetime.now(UTC))
        found = await store.read(query.step, begin, end, query.connector_id, MAX_FIGURES + 1)
        if len(found) > MAX_FIGURES:
            raise InvalidFieldError(
                "at_from",
                (
                    f"selects more than {MAX_FIGURES:,} figures: choose a larger step, a shorter "
                    "time or one connector"
                ),
            )
        by_id = await connectors.get_many(item["connector_id"] for item in found)
        names = {connector_id: connector.name for connector_id, connector in by_id.items()}
        items = [
            Figure.model_validate(item | {"connector_name": names.get(item["connector_id"])})
            for item in found
        ]
        return FigureList(step=query.step, items=items)

    return router
