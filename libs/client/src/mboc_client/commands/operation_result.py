"""The result of an operation: in one sentence, and as a yes or no."""

from __future__ import annotations

from typing import Any


def has_succeeded(operation: dict[str, Any]) -> bool:
    """Return whether the operation is done and no delivery failed."""
    return bool(operation["state"] == "done" and not operation["counts"]["failed"])


def sentence_of(operation: dict[str, Any]) -> str:
    """Return the state and the counts of an operation in one line."""
    counts = ", ".join(
        f"{count} {name}"
        for name, count in operation["counts"].items()
        if count and name != "total"
    )
    left_out = (operation.get("planned") or 0) - operation["counts"]["total"]
    changed = f"{left_out} planned deliveries changed before the start and are left out. "
    return (
        f"Operation {operation['operation_id']} is {operation['state']}: "
        f"{counts or 'nothing to do'}. {changed if left_out > 0 else ''}{operation['reason'] or ''}"
    ).rstrip()
