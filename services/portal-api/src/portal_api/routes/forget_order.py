"""``/api/appointments/…/forget-order``: what helps when a wrong last-modified time did harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from common.contracts.message import NO_CONNECTOR
from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import caller_of, needs, noted
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.operations.forget_order import ForgetOrder

EXAMPLE: dict[str, Any] = {"appointment_key": "demo/37743", "connector_ids": ["7d3f0c2a91be"]}


class ForgottenOrder(BaseModel):
    """The appointment whose order is forgotten, and the connectors where it is."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    appointment_key: str
    connector_ids: list[str] = Field(description="Connectors that had deliveries of it.")


def forget_order(forget: ForgetOrder) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["Appointments"])

    @router.post(
        "/appointments/{appointment_key:path}/forget-order",
        status_code=202,
        responses={404: PROBLEMS[404]},
        dependencies=[needs(Role.OPERATOR)],
    )
    async def forget_order(request: Request, appointment_key: str) -> ForgottenOrder:
        """Send the next version of this appointment whatever its age.

        For an appointment whose changes are *Skipped* because a last-modified time before them was
        wrong. Retry the skipped deliveries that are still wanted, the oldest first.
        """
        asked = await forget(appointment_key, caller_of(request).name)
        connector_ids = [one for one in asked.connector_ids if one != NO_CONNECTOR]
        noted(request, appointment_key, after={"connector_ids": connector_ids})
        return ForgottenOrder(appointment_key=appointment_key, connector_ids=connector_ids)

    return router
