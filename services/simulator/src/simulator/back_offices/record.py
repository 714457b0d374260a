"""One stored call, and the few fields that the simulator reads from its body."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from common.contracts.moments import in_utc
from simulator.appointments.snapshot import Protocol, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTION_HEADER = "X-Dime-Action"
_SECRET = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "cookie", "webhook-signature"}
)
_SECRET_WORDS = ("secret", "token", "key")


class Record(NamedTuple):
    """A stored call. ``appointment`` is empty when the body names none.

    A webhook's fields are its body, so they are not shown a second time.
    """

    number: int
    at: datetime
    action: str
    webhook_id: str | None
    appointment: str
    modified_at: datetime | None
    hash: str
    headers: dict[str, str]
    body: bytes
    protocol: Protocol
    entity_id: str
    fields: dict[str, Any]
    resources: list[dict[str, Any]]
    field_values: list[dict[str, Any]]

    @property
    def identity(self) -> str | None:
        """The common identity of repeated calls: the webhook-id, or the appointment and its
        content. It is None for a webhook without id.
        """
        return (
            self.webhook_id
            if self.protocol is Protocol.WEBHOOK
            else f"{self.appointment} {self.hash}"
        )

    @property
    def as_json(self) -> dict[str, Any]:
        """The record for JSON, with its body as text."""
        moment = self.modified_at.isoformat(timespec="milliseconds") if self.modified_at else None
        return self._asdict() | {
            "at": self.at.isoformat(),
            "modified_at": moment,
            "body": self.body.decode(errors="replace"),
        }


class _Snapshot(BaseModel):
    id: int | None = Field(default=None, validation_alias=AliasChoices("Id", "id"))
    guid: str | None = Field(default=None, validation_alias="AppointmentGuid")
    no: str | None = Field(
        default=None, validation_alias=AliasChoices("appointmentNo", "AppointmentNo")
    )
    modified_at: datetime | None = Field(default=None, validation_alias="LastModifiedDate")


def read_webhook(headers: Mapping[str, str], body: bytes) -> Snapshot:
    """Return the snapshot of a webhook's body. An unreadable body gives an empty snapshot."""
    read = _read(body)
    modified_at = in_utc(read.modified_at) if read.modified_at else None
    appointment = str(read.id or read.guid or read.no or "")
    action = headers.get(ACTION_HEADER, "")
    return Snapshot(Protocol.WEBHOOK, appointment, action, modified_at, {}, [], [])


def record_of(
    number: int, snapshot: Snapshot, headers: Mapping[str, str], body: bytes, content: bytes
) -> Record:
    """Return the record of a call. ``content`` identifies repeated calls."""
    return Record(
        number=number,
        at=datetime.now(UTC),
        webhook_id=headers.get("webhook-id") if snapshot.protocol is Protocol.WEBHOOK else None,
        hash=hashlib.sha256(content).hexdigest(),
        headers={name: value for name, value in headers.items() if not _is_secret(name.lower())},
        body=body,
        entity_id=str(uuid.uuid4()),
        **snapshot._asdict(),
    )


def _is_secret(name: str) -> bool:
    return name in _SECRET or any(word in name for word in _SECRET_WORDS)


def _read(body: bytes) -> _Snapshot:
    try:
        return _Snapshot.model_validate_json(body)
    except ValidationError:
        return _Snapshot()
