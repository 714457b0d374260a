"""One operation: its plan, the confirmation, its begin and its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mboc_client.arguments.prompts import confirm
from mboc_client.commands.operation_result import has_succeeded, sentence_of
from mboc_client.output.text import write_document, write_notice, write_sentence

if TYPE_CHECKING:
    from mboc_client.portal import PortalClient

CAUSES_SHOWN = 10
DONE = {"retry": "retried", "check": "checked", "archive": "archived", "restore": "restored"}


@dataclass(frozen=True)
class OperationOptions:
    """The options of an operation: its pace, when it stops, and how the command shows it."""

    per_second: float | None
    ramp: bool
    stop_at_failure_share: float | None
    is_confirmed: bool
    is_detached: bool
    as_json: bool


async def run_operation(
    portal: PortalClient, kind: str, selection: dict[str, Any], options: OperationOptions
) -> int:
    """Show the plan, ask, begin the operation and follow it. Return the exit code."""
    # With --json, standard output has the document alone.
    write = write_notice if options.as_json else write_sentence
    pace = {"per_second": options.per_second} if options.per_second is not None else {}
    request = {"kind": kind, **selection, **pace}
    plan = await portal.send("POST", "/operations/plan", request)
    if not plan["count"]:
        write(f"Nothing to {kind}.")
        _write_result(plan, None, options)
        return 0
    for sentence in _plan_sentences(kind, plan):
        write(sentence)
    if not options.is_confirmed and not confirm(f"{kind.capitalize()} them?"):
        return 1
    operation = await portal.send("POST", "/operations", request | _terms(plan, options))
    write(f"Operation {operation['operation_id']} has begun.")
    if options.is_detached:
        _write_result(plan, operation, options)
        return 0
    # rich takes longer to import than the other modules together.
    from mboc_client.commands.operation_progress import follow_operation  # noqa: PLC0415

    operation = await follow_operation(portal, operation["operation_id"])
    write(sentence_of(operation))
    _write_result(plan, operation, options)
    return 0 if has_succeeded(operation) else 1


def _terms(plan: dict[str, Any], options: OperationOptions) -> dict[str, Any]:
    """Return the terms of the operation: it takes exactly the deliveries of the plan."""
    return {
        "ramp": options.ramp,
        "stop_at_failure_share": options.stop_at_failure_share,
        "expected_count": plan["count"],
    } | ({"as_of": plan["as_of"]} if "as_of" in plan else {})


def _write_result(
    plan: dict[str, Any], operation: dict[str, Any] | None, options: OperationOptions
) -> None:
    if options.as_json:
        write_document({"plan": plan, "operation": operation})


def _plan_sentences(kind: str, plan: dict[str, Any]) -> list[str]:
    """Return the plan in sentences, by connector and by cause."""
    total = f"{plan['count']} deliveries, of which {plan['doable']} can be {DONE[kind]}."
    connectors = [
        f"  {row['count']:>7}  {row['connector_name'] or row['connector_id']}"
        for row in plan["by_connector"]
    ]
    causes = [
        f"  {row['count']:>7}  {row['message'] or row['code']}"
        for row in plan["by_cause"]
        if row["cause"]
    ]
    more = len(causes) - CAUSES_SHOWN
    return [
        f"{total} It takes {plan['seconds']:g} seconds at least.",
        *connectors,
        *causes[:CAUSES_SHOWN],
        *([f"           and {more} more causes"] if more > 0 else []),
    ]
