"""The answers of back offices to failed attempts. They may hold personal data.

They are in no list, no export and no live update. MongoDB deletes them after
``PORTAL_API_ANSWERS_DAYS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal_api.store.forward import update_forward

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.contracts.delivery import StatusChanged
    from portal_api.store.writer import Change

ANSWERS = "answers"


def of_status(event: StatusChanged) -> Iterator[Change]:
    """Store the answer of an attempt, if it has one. The contract bounds its size."""
    if event.answer is None:
        return
    stored = event.answer.model_dump() | {"at": event.at, "delivery_id": event.delivery_id}
    answer_id = f"{event.delivery_id}.{event.attempt}"
    yield update_forward(ANSWERS, answer_id, "at", event.at, {"$set": stored})
