"""The processing of stored records, which happens later and may fail (domain.md, 4.7)."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from simulator.back_offices.record import Record


class ProcessingState(StrEnum):
    """The value of the field Status."""

    NEW = "New"
    PROCESSED = "Processed"
    ERROR = "Error"
    REVERTED = "Reverted"


class ProcessedState(NamedTuple):
    """The state of a record with its message."""

    state: ProcessingState
    message: str = ""


class Processing(BaseModel):
    """The shares of records that end in each state, ``after_s`` seconds after they were stored.

    The records are assigned to states in the order of their numbers, so the same shares give the
    same states: with 45, 4 and 1, the first 45 of each 50 records are applied. Without any share
    records stay new.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    applied: int = Field(default=0, ge=0, le=1_000_000)
    refused: int = Field(default=0, ge=0, le=1_000_000)
    reverted: int = Field(default=0, ge=0, le=1_000_000)
    waiting: int = Field(default=0, ge=0, le=1_000_000)
    after_s: float = Field(default=0.0, ge=0, le=86_400)
    message: str = Field(
        default="The Job Task must be open.",
        max_length=2_000,
        description="The message of refused and reverted records, before the number of the record.",
    )

    @model_validator(mode="after")
    def _has_shares(self) -> Processing:
        if not self.total:
            raise ValueError("at least one share must be more than 0")
        return self

    @property
    def total(self) -> int:
        """The sum of all shares."""
        return self.applied + self.refused + self.reverted + self.waiting

    def state_of(self, record: Record) -> ProcessedState:
        """Return the state of the record now."""
        if (datetime.now(UTC) - record.at).total_seconds() < self.after_s:
            return NEW
        place = (record.number - 1) % self.total
        if place < self.applied:
            return ProcessedState(ProcessingState.PROCESSED)
        message = f"{self.message} Entry No.={record.number}"
        if place < self.applied + self.refused:
            return ProcessedState(ProcessingState.ERROR, message)
        if place < self.applied + self.refused + self.reverted:
            return ProcessedState(ProcessingState.REVERTED, message)
        return NEW


NEW = ProcessedState(ProcessingState.NEW)
