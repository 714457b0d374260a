"""One call as it came, and the little that the simulator reads of its body."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from common.contracts.appointment import in_utc

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTION_HEADER = "X-Dime-Action"
_SECRET = frozenset({"authorization", "proxy-authorization", "x-api-key", "cookie", "webhook-signature"})


class Record(NamedTuple):
    """A stored call; ``appointment`` is empty when the body names none."""

    number: int
    at: datetime
    action: str
    webhook_id: str | None
    appointment: str
    modified_at: datetime | None
    hash: str
    headers: dict[str, str]
    body: bytes

    @property
    def shown(self) -> dict[str, Any]:
        """The record for JSON; the body as the text it was sent as."""
        moment = self.modified_at.isoformat(timespec="milliseconds") if self.modified_at else None
        return self._asdict() | {"at": self.at.isoformat(), "modified_at": moment, "body": self.body.decode(errors="replace")}


class _Snapshot(BaseModel):
    id: int | None = Field(default=None, validation_alias=AliasChoices("Id", "id"))
    guid: str | None = Field(default=None, validation_alias="AppointmentGuid")
    no: str | None = Field(default=None, validation_alias=AliasChoices("appointmentNo", "AppointmentNo"))
    modified_at: datetime | None = Field(default=None, validation_alias="LastModifiedDate")


def record(number: int, headers: Mapping[str, str], body: bytes) -> Record:
    """Return the record of a call; a body that is no snapshot is kept all the same."""
    snapshot = _read(body)
    return Record(
        number=number,
        at=datetime.now(UTC),
        action=headers.get(ACTION_HEADER, ""),
        webhook_id=headers.get("webhook-id"),
        appointment=str(snapshot.id or snapshot.guid or snapshot.no or ""),
        modified_at=in_utc(snapshot.modified_at) if snapshot.modified_at else None,
        hash=hashlib.sha256(body).hexdigest(),
        headers={name: value for name, value in headers.items() if name.lower() not in _SECRET},
        body=body,
    )


def _read(body: bytes) -> _Snapshot:
    try:
        return _Snapshot.model_validate_json(body)
    except ValidationError:
        return _Snapshot()
