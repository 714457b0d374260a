"""The rows that a query with ``$filter``, ``$select``, ``$orderby`` and ``$top`` reads. Raises
ODataError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import ODataError
from simulator.odata.filter import FilterError, parse_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Row = Mapping[str, Any]

MAX_ROWS = 5_000
_OPTIONS = ("$filter", "$select", "$top", "$orderby", "$count", "$expand")
LABEL = "@OData.Community.Display.V1.FormattedValue"


def read_rows(
    query: Mapping[str, str],
    rows: Iterable[Row],
    names: Iterable[str],
    error_of: Callable[[str], ODataError] = lambda text: ODataError(400, "BadRequest", text),
) -> list[dict[str, Any]]:
    """Return the rows of the query. ``names`` are the properties of the entity type.

    ``error_of`` returns the service's error with a text.
    """
    known = dict.fromkeys(names)
    unknown = next((name for name in query if name.startswith("$") and name not in _OPTIONS), None)
    if unknown is not None:
        raise error_of(f"The query option '{unknown}' is not supported.")
    selected = [name.strip() for name in query.get("$select", "").split(",") if name.strip()]
    for name in selected:
        if name not in known:
            raise error_of(f"Could not find a property named '{name}'.")
    found = list(_filtered(query, rows, known, error_of))
    wanted = selected or list(known)
    return [_selected(row, wanted) for row in found[: _top(query, error_of)]]


def _filtered(
    query: Mapping[str, str],
    rows: Iterable[Row],
    known: Mapping[str, object],
    error_of: Callable[[str], ODataError],
) -> Iterable[Row]:
    text = query.get("$filter")
    if text is None:
        return list(rows)
    try:
        is_wanted = parse_filter(text, known)
        return [row for row in rows if is_wanted(row)]
    except (FilterError, TypeError) as error:
        raise error_of(str(error)) from None


def _top(query: Mapping[str, str], error_of: Callable[[str], ODataError]) -> int:
    text = query.get("$top", str(MAX_ROWS))
    if not text.isdecimal():
        raise error_of(f"'{text}' is no number of rows.")
    return min(int(text), MAX_ROWS)


def _selected(row: Row, names: Iterable[str]) -> dict[str, Any]:
    labels = {f"{name}{LABEL}" for name in names}
    wanted = {*names, *labels, "@odata.etag"}
    return {name: value for name, value in row.items() if name in wanted}
