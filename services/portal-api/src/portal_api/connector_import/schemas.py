"""The query and the response of the import of connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:

    class Announce(Protocol):
        """How the dispatchers hear of it."""

        async def __call__(self, connector_id: str) -> None:
            """Tell that the connector changed."""
            ...


from typing import TYPE_CHECKING, Literal


class ImportQuery(BaseModel):
    """How to import."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(default=False, description="Only say what would happen.")


class ImportedRowError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class ImportedRow(BaseModel):
    """What becomes of one row."""

    row: int
    name: str | None
    result: Literal["create", "change", "wrong"]
    connector_id: str | None = None
    errors: list[ImportedRowError] = []


class ImportResult(BaseModel):
    """What became of the file; ``done`` is false for a dry run and when a row is wrong."""

    done: bool
    rows: list[ImportedRow]
