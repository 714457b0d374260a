"""Which deliveries are wanted: the conditions of the list, the export, the causes, the operations and the saved views."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status, Trigger
from portal_api.deliveries.words import telling_first, words_of
from portal_api.values import Int64, Moment

PLAIN = {"status", "connector_id", "transaction_id", "action", "trigger", "archived", "troubled", "cause", "code"}
APPOINTMENTS = {name: f"appointment.{name}" for name in ("source_app", "job_no", "task_no", "appointment_id", "back_office_id")} | {
    "appointment_key": "appointment.key"
}


class DeliveryFilter(BaseModel):
    """Conditions; all of them must hold. An unknown one is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    search: str | None = Field(default=None, max_length=200, description="Whole words, in any case, of subject, numbers or message; all of them must be there.")
    troubled: bool | None = Field(default=None, description="Only what was not sent successfully (Error Tracking): done, and neither Success nor Skipped.")
    cause: str | None = Field(default=None, pattern="^[0-9a-f]{16}$", description="Only failures of this cause, as /api/causes names it.")
    code: str | None = Field(default=None, max_length=20)
    status: Status | None = None
    phase: Phase | None = None
    connector_id: str | None = None
    source_app: str | None = None
    job_no: str | None = None
    appointment_id: Int64 | None = None
    appointment_key: str | None = None
    transaction_id: str | None = None
    task_no: str | None = None
    back_office_id: str | None = None
    action: Action | None = None
    trigger: Trigger | None = None
    received_from: Moment | None = Field(default=None, description="Not before this moment.")
    received_to: Moment | None = Field(default=None, description="Before this moment.")
    archived: bool = False

    def wanted(self) -> dict[str, Any]:
        """Return the conditions that were given, in the store's words; the phase is the reader's."""
        plain = self.model_dump(include=PLAIN, exclude_none=True)
        inner = {APPOINTMENTS[name]: value for name, value in self.model_dump(include=set(APPOINTMENTS), exclude_none=True).items()}
        moments = {word: moment for word, moment in (("$gte", self.received_from), ("$lt", self.received_to)) if moment}
        words = {"words": {"$all": telling_first(words_of([self.search]))}} if self.search else {}
        return plain | inner | words | ({"received_at": moments} if moments else {})
