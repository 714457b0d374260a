"""The query and the response of the import of connectors."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ImportQuery(BaseModel):
    """Options of the import."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(default=False, description="Check the rows without importing them.")


class ImportedRowError(BaseModel):
    """The error of one field."""

    field: str
    message: str


class ImportedRow(BaseModel):
    """The result of one row."""

    row: int
    name: str | None
    result: Literal["create", "change", "wrong"]
    connector_id: str | None = None
    errors: list[ImportedRowError] = []


class ImportResult(BaseModel):
    """The result of the file. ``done`` is false for a dry run, and when a row is wrong."""

    done: bool
    rows: list[ImportedRow]
