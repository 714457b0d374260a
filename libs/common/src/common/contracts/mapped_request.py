"""The calls that a delivery sent, mapped again by dispatcher for a person who may read them."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from common.contracts.appointment import Action
from common.contracts.message import ConnectorId, DeliveryId, Message
from common.contracts.transaction import TransactionReceived

MASK = "***"
"""The value of a secret in a mapped call."""
RECORD = "({id})"
"""The place of the new record's id, in the address of a call that follows after its creation."""


class MappedRequestRequested(Message):
    """portal-api -> dispatcher: map this transaction with this version of the connector.

    Nothing is sent to the back office. ``action`` is the action that the attempt sent.
    """

    version: Literal[1] = 1
    view_id: str = Field(pattern="^[0-9a-f]{32}$")
    delivery_id: DeliveryId
    connector_id: ConnectorId
    connector_version: int = Field(ge=1)
    action: Action
    transaction: TransactionReceived
    requested_at: AwareDatetime


class MappedHeader(Message):
    """A header of a call. The value of a secret header is ``MASK``."""

    name: str
    value: str


class MappedCall(Message):
    """One HTTP call, with secrets masked. A longer body than 1 MiB is cut off."""

    method: str
    url: str
    headers: tuple[MappedHeader, ...]
    body: str
    is_whole: bool = True


class RequestMapped(Message):
    """dispatcher -> portal-api: the calls of a delivery, or the ``problem`` why they cannot be
    mapped. ``mapped_by`` names the release that mapped them.
    """

    version: Literal[1] = 1
    view_id: str
    calls: tuple[MappedCall, ...] = ()
    problem: str | None = None
    mapped_by: str
