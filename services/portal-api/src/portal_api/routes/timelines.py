"""``/api/timelines``: the history of one appointment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request

from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import caller_of
from portal_api.schemas.problems import PROBLEMS
from portal_api.timeline import assemble
from portal_api.timeline.entries import Timeline, TimelineEntry

if TYPE_CHECKING:
    from portal_api.store.audit import Audit
    from portal_api.store.causes import Causes
    from portal_api.store.connectors import Connectors
    from portal_api.store.deliveries import DeliveryQueries, Document
    from portal_api.store.operations import Operations


def timelines(
    queries: DeliveryQueries,
    connectors: Connectors,
    operations: Operations,
    causes: Causes,
    audit: Audit,
) -> APIRouter:
    """Return the router of timelines."""
    router = APIRouter(prefix="/timelines", tags=["Appointments"])

    async def entries_of(
        key: str, deliveries: list[Document], *, is_admin: bool
    ) -> list[TimelineEntry]:
        periods, ids = assemble.periods_of(deliveries), [delivery["_id"] for delivery in deliveries]
        items = await operations.about(ids)
        notes = await causes.notes(assemble.causes_of(deliveries))
        connector_versions = await connectors.versions_since(
            {name: first for name, (first, _) in periods.items()}
        )
        entries: list[TimelineEntry] = [
            *assemble.version_entries(deliveries),
            *assemble.attempt_entries(deliveries, items),
            *assemble.operation_entries(items),
            *assemble.note_entries(notes),
            *assemble.settings_entries(connector_versions, periods),
        ]
        if is_admin:
            entries += assemble.audit_entries(
                await audit.about(
                    {key, *ids, *periods, *notes, *(item["operation_id"] for item in items)}
                ),
                periods,
            )
        return sorted(entries, key=lambda entry: entry.at, reverse=True)

    @router.get("/{appointment_key:path}", responses={404: PROBLEMS[404]})
    async def read_timeline(request: Request, appointment_key: str) -> Timeline:
        """Read the history of one appointment: its versions, its attempts with requests and
        answers, and the actions of users.

        The requests are shown without their content. Admins also see the audit of the appointment.
        """
        _, deliveries = await queries.appointment(appointment_key)
        return Timeline(
            items=await entries_of(
                appointment_key, deliveries, is_admin=caller_of(request).role.may(Role.ADMIN)
            )
        )

    return router
