"""The request to reset the order of one appointment's versions."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from common.contracts.message import ConnectorId, Message


class ForgetOrderRequested(Message):
    """portal-api -> dispatcher: accept the next version of this appointment at each of these
    connectors, even if it is older.
    """

    version: Literal[1] = 1
    request_id: str = Field(min_length=1, max_length=64)
    appointment_key: str = Field(min_length=1, max_length=200)
    connector_ids: tuple[ConnectorId, ...]
    requested_by: str
    requested_at: AwareDatetime
