"""The base of every message, and the ids that identify a repeated message."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Iterable

TransactionId = Annotated[str, Field(min_length=1, max_length=64)]
ConnectorId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$|^-$")]
DeliveryId = Annotated[str, Field(min_length=1, max_length=120)]

NO_CONNECTOR = "-"


class Message(BaseModel):
    """A frozen message. Unknown fields of a newer sender are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def digest(parts: Iterable[str]) -> str:
    """Return 32 hexadecimal characters that are the same for the same parts."""
    running = hashlib.sha256()
    for part in parts:
        running.update(part.encode())
        running.update(b"\x00")
    return running.hexdigest()[:32]


def delivery_id_of(transaction_id: str, connector_id: str) -> str:
    """Return the id of one transaction on its way to one connector."""
    return f"{transaction_id}.{connector_id}"
