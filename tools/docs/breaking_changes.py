"""Finds the changes between two OpenAPI documents that break clients of the older one.

`make check` fails if there are any.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")
RENAMED = {
    "Activity": "ConnectorActivity",
    "ApiKeyMade": "CreatedApiKey",
    "ApiKeyShown": "ApiKeyResponse",
    "AppointmentFacts": "AppointmentSnapshot",
    "Asked": "TimelineOperation",
    "AskedDelivery": "TimelineDelivery",
    "Attempted": "TimelineAttempt",
    "Audited": "TimelineAudit",
    "Choice": "Selection",
    "ConnectorShown": "ConnectorResponse",
    "DeadLetterShown": "DeadLetterResponse",
    "EntryShown": "AuditEntryResponse",
    "ExchangeShown": "HttpExchangeResponse",
    "Imported": "ImportResult",
    "LaneShown": "LaneHealth",
    "Mended": "TimelineSettings",
    "MongoDbShown": "MongoDbHealth",
    "NewNote": "NewCauseNote",
    "Note": "CauseNote",
    "Noted": "TimelineNote",
    "OfCause": "CauseCount",
    "OfConnector": "ConnectorCount",
    "Plan": "OperationPlan",
    "QueueShown": "QueueHealth",
    "RabbitMqShown": "RabbitMqHealth",
    "Reported": "TimelineVersion",
    "Reset": "PasswordReset",
    "Row": "ImportedRow",
    "RowError": "ImportedRowError",
    "ServiceShown": "ServiceHealth",
    "SessionShown": "SessionResponse",
    "SignInBody": "SignInRequest",
    "State": "HealthState",
    "StatusShown": "SystemHealth",
    "Step": "Interval",
    "Steer": "OperationCommand",
    "StepShown": "ConnectionTestStep",
    "TestShown": "ConnectionTestResult",
    "TimerJobShown": "TimerJobHealth",
    "UserShown": "UserResponse",
}
"""Schemas with another name since the release. A client sees no name of a schema on the wire."""


def breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return one sentence for each part of the older API that is missing."""
    return [*_operations(old, new), *_schemas(old, new)]


def _operations(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for path, operations in old["paths"].items():
        for method in METHODS:
            if method in operations:
                now = new["paths"].get(path, {}).get(method)
                name = f"{method.upper()} {path}"
                yield from (
                    [f"{name} is gone"]
                    if now is None
                    else _operation(name, operations[method], now)
                )


def _operation(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Compare the parameters and the answers of one operation."""
    before, after = (
        {(p["in"], p["name"]): p for p in operation.get("parameters", [])}
        for operation in (old, new)
    )
    yield from (
        f"{name}: the parameter {place[1]} is gone" for place in before if place not in after
    )
    yield from (
        f"{name}: the parameter {place[1]} is new and required"
        for place, p in after.items()
        if place not in before and p.get("required")
    )
    yield from (
        f"{name}: the answer {status} is gone"
        for status in old["responses"]
        if status.startswith("2") and status not in new["responses"]
    )


def _schemas(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    schemas = new.get("components", {}).get("schemas", {})
    for name, schema in old.get("components", {}).get("schemas", {}).items():
        if name not in schemas:
            yield f"the schema {name} is gone"
            continue
        now = schemas[name]
        yield from (
            f"{name}.{field} is gone"
            for field in schema.get("properties", {})
            if field not in now.get("properties", {})
        )
        asked_for = set(now.get("required", [])) - set(schema.get("required", []))
        yield from (
            f"{name}.{field} is required now"
            for field in sorted(asked_for)
            if _is_entered(name, new)
        )
        yield from (
            f"{name}: the value {value!r} is gone"
            for value in schema.get("enum", [])
            if value not in now.get("enum", [value])
        )
        yield from (f"{name}.{field} has another type" for field in _retyped(schema, now))


def _is_entered(name: str, document: dict[str, Any]) -> bool:
    """Whether clients send this schema."""
    return any(
        f'/{name}"' in json.dumps(o.get("requestBody", {}))
        for operations in document["paths"].values()
        for o in operations.values()
    )


def _retyped(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    both = set(old.get("properties", {})) & set(new.get("properties", {}))
    return sorted(
        field for field in both if _type(old["properties"][field]) - _type(new["properties"][field])
    )


def _type(schema: dict[str, Any]) -> set[str]:
    """Return the types that a value may have."""
    if "anyOf" in schema:
        return {kind for one in schema["anyOf"] for kind in _type(one)}
    return {str(schema.get("type") or schema.get("$ref", ""))}


def with_new_names(old: dict[str, Any]) -> dict[str, Any]:
    """Return the older document with the names that its schemas have now."""
    text = json.dumps(old)
    for before, after in RENAMED.items():
        text = text.replace(f'"#/components/schemas/{before}"', f'"#/components/schemas/{after}"')
    document: dict[str, Any] = json.loads(text)
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {RENAMED.get(name, name): schemas[name] for name in schemas}
    return document


if __name__ == "__main__":
    released, current = (json.loads(Path(path).read_text()) for path in sys.argv[1:3])
    found = breaks(with_new_names(released), current)
    sys.exit("\n".join(["The API would break its clients:", *found]) if found else 0)
