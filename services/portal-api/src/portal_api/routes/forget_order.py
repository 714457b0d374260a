"""``/api/appointments/…/forget-order``: what helps when a wrong last-modified time did harm."""

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


def forget_order(forget: ForgetOrderService) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["Appointments"])

    @router.post(
        "/appointments/{appointment_key:path}/forget-order",
        status_code=202,
        responses={404: PROBLEMS[404]},
        dependencies=[require_role(Role.OPERATOR)],
    )
    async def forget_order(request: Request, appointment_key: str) -> ForgottenOrder:
        """Send the next version of this appointment whatever its age.

        For an appointment whose changes are *Skipped* because a last-modified time before them was
        wrong. Retry the skipped deliveries that are still wanted, the oldest first.
        """
        asked = await forget(appointment_key, caller_of(request).name)
        connector_ids = [one for one in asked.connector_ids if one != NO_CONNECTOR]
        audit_change(request, appointment_key, after={"connector_ids": connector_ids})
        return ForgottenOrder(appointment_key=appointment_key, connector_ids=connector_ids)

    return router
