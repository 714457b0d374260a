"""Imports the rows of a file. If a row is wrong, no row is imported."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from common.problem import field_errors
from portal_api.connector_import.rows import as_fields
from portal_api.connector_import.schemas import ImportedRow, ImportedRowError, ImportResult
from portal_api.connectors.fields import ConnectorFields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal_api.store.connectors import Connectors
    from portal_api.store.stored_connector import StoredConnector


class _Plan(BaseModel):
    row: ImportedRow
    fields: ConnectorFields | None = None


async def import_rows(
    store: Connectors, rows: Sequence[dict[str, Any]], *, modified_by: str, dry_run: bool
) -> ImportResult:
    """Create or change one connector per row. A row changes the connector with the same name and
    source app. The rows are checked in a thread, because a thousand of them take a second.
    """
    known = {(c.name, c.source_app): c for c in await store.all()}
    plans = await asyncio.to_thread(_plans, store, rows, known)
    _refuse_duplicates(plans)
    if dry_run or any(plan.row.result == "wrong" for plan in plans):
        return ImportResult(done=False, rows=[plan.row for plan in plans])
    for plan in plans:
        if plan.fields is not None:
            before = known.get((plan.fields.name, plan.fields.source_app))
            stored, secrets = plan.fields.stored_fields(), plan.fields.secrets()
            after = (
                await store.change(before, stored, secrets, modified_by=modified_by)
                if before
                else await store.create(stored, secrets, modified_by=modified_by)
            )
            plan.row.connector_id = after.connector_id
    return ImportResult(done=True, rows=[plan.row for plan in plans])


def _plans(
    store: Connectors,
    rows: Sequence[dict[str, Any]],
    known: dict[tuple[str, str], StoredConnector],
) -> list[_Plan]:
    return [_plan(store, number, row, known) for number, row in enumerate(rows, 1)]


def _plan(
    store: Connectors,
    number: int,
    row: dict[str, Any],
    known: dict[tuple[str, str], StoredConnector],
) -> _Plan:
    entered, errors = as_fields(row)
    fields = None
    try:
        fields = ConnectorFields.model_validate(entered)
    except ValidationError as error:
        errors += field_errors(error.errors(include_url=False, include_input=False))
    if errors or fields is None:
        return _wrong(number, str(entered.get("name") or "") or None, errors)
    before = known.get((fields.name, fields.source_app))
    if before and (errors := _errors_of_change(store, before, fields)):
        return _wrong(number, fields.name, errors)
    return _Plan(
        row=ImportedRow(
            row=number,
            name=fields.name,
            result="change" if before else "create",
            connector_id=before and before.connector_id,
        ),
        fields=fields,
    )


def _errors_of_change(
    store: Connectors, before: StoredConnector, fields: ConnectorFields
) -> list[dict[str, str]]:
    if before.unreadable:
        message = f"this version cannot read the stored fields {', '.join(before.unreadable)}"
        return [{"field": "name", "message": message}]
    refused = store.secrets_to_enter_again(before, fields.stored_fields(), fields.secrets())
    return [{"field": name, "message": message} for name, message in refused.items()]


def _wrong(number: int, name: str | None, errors: Sequence[dict[str, str]]) -> _Plan:
    wrong = [ImportedRowError(**error) for error in errors]
    return _Plan(row=ImportedRow(row=number, name=name, result="wrong", errors=wrong))


def _refuse_duplicates(plans: Sequence[_Plan]) -> None:
    """Mark the second of two rows for one connector as wrong, because their order would decide the
    result.
    """
    seen: dict[tuple[str, str], int] = {}
    for plan in plans:
        if plan.fields is None:
            continue
        first = seen.setdefault((plan.fields.name, plan.fields.source_app), plan.row.row)
        if first != plan.row.row:
            plan.row.result = "wrong"
            plan.row.errors = [
                ImportedRowError(
                    field="name", message=f"row {first} has the same name and source app"
                )
            ]
