"""``/api/appointments/…/forget-order``: the remedy for a wrong last-modified time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request

from common.contracts.message import NO_CONNECTOR
from portal_api.accounts.roles import Role
from portal_api.appointments.schemas import ForgottenOrder
from portal_api.auth.dependencies import audit_change, caller_of, require_role
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.operations.forget_order import ForgetOrderService


def forget_order(service: ForgetOrderService) -> APIRouter:
    """Return the router of the command."""
    router = APIRouter(tags=["Appointments"])

    @router.post(
        "/appointments/{appointment_key:path}/forget-order",
        status_code=202,
        responses={404: PROBLEMS[404]},
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def forget_order(request: Request, appointment_key: str) -> ForgottenOrder:
        """Send the next version of this appointment without regard to its age.

        Use it when the changes of an appointment are *Skipped* because an earlier last-modified
        time was wrong. Then retry the skipped deliveries that are still needed, the oldest first.
        """
        request_sent = await service(appointment_key, caller_of(request).name)
        connector_ids = [
            connector_id
            for connector_id in request_sent.connector_ids
            if connector_id != NO_CONNECTOR
        ]
        audit_change(request, appointment_key, after={"connector_ids": connector_ids})
        return ForgottenOrder(appointment_key=appointment_key, connector_ids=connector_ids)

    return router
