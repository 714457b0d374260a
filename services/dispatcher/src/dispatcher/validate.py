"""Validates connectors before a delivery.

Each refusal has a status of the seed, and names the setting to correct.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from common.address import has_credentials
from common.contracts.appointment import Action
from common.contracts.connector import SYSTEMS, WEBHOOK, Connector
from common.contracts.delivery import Status
from dispatcher.outcome import Outcome


def validate_delivery(
    connector: Connector, action: Action, kinds: frozenset[tuple[str, str]]
) -> Outcome | None:
    """Return why the connector takes no delivery of this action, or None.

    The checks have the order of design.md, section 5. ``kinds`` are the known systems with their
    API types.
    """
    return (
        _disabled(connector) or validate_connector(connector, kinds) or _action(connector, action)
    )


def validate_connector(connector: Connector, kinds: frozenset[tuple[str, str]]) -> Outcome | None:
    """Return which setting must be corrected before the connector can be called, or None."""
    return _system(connector) or _kind(connector, kinds) or _uri(connector)


def _disabled(connector: Connector) -> Outcome | None:
    if connector.enabled:
        return None
    return _refusal_outcome(
        connector,
        Status.MBOC_PUBLISH_DISABLED,
        "DSWBHK001",
        "DSCFG001",
        "is disabled: switch on Enabled, then retry",
    )


def _system(connector: Connector) -> Outcome | None:
    if connector.system:
        return None
    return _refusal_outcome(
        connector,
        Status.INVALID_MBOC_BACK_OFFICE_SYSTEM,
        "DSCFG002",
        "DSCFG002",
        f"has no System: set it to one of {', '.join(SYSTEMS)}",
    )


def _kind(connector: Connector, kinds: frozenset[tuple[str, str]]) -> Outcome | None:
    if connector.kind in kinds:
        return None
    if connector.system not in SYSTEMS:
        field, known = "System", ", ".join(SYSTEMS)
    else:
        field, known = (
            "API type",
            " or ".join(sorted(api for system, api in kinds if system == connector.system))
            or "one that this version supports",
        )
    value = connector.system if field == "System" else connector.kind[1]
    return _refusal_outcome(
        connector,
        Status.INVALID_MBOC_BACK_OFFICE_TYPE,
        "DSWBHK003",
        "DSCFG005",
        f"has the {field} '{value}', which is not valid: set it to {known}",
    )


def _uri(connector: Connector) -> Outcome | None:
    if not connector.uri:
        return _refusal_outcome(
            connector,
            Status.INVALID_MBOC_URI,
            "DSWBHK002",
            "DSCFG007",
            "has an empty URI: enter the address of its web service",
        )
    if has_credentials(connector.uri):
        return _refusal_outcome(
            connector,
            Status.INVALID_MBOC_URI,
            "DSWBHK002",
            "DSCFG007",
            "has credentials in its URI (user@): enter them as login and password",
        )
    if _is_address(connector.uri):
        return None
    return _refusal_outcome(
        connector,
        Status.INVALID_MBOC_URI,
        "DSWBHK002",
        "DSCFG007",
        "has a malformed URI: it must read http://host/path or https://host/path",
    )


def _is_address(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and not any(c.isspace() for c in uri)
        )
    except ValueError:
        return False


def _action(connector: Connector, action: Action) -> Outcome | None:
    if action in connector.actions:
        return None
    wanted = ", ".join(connector.actions) or "none"
    return Outcome(
        status=Status.SKIPPED,
        message=(
            f"Connector '{connector.name}' does not want the action {action}: its "
            f"Actions are {wanted}."
        ),
    )


def _refusal_outcome(
    connector: Connector, status: Status, webhook_code: str, code: str, reason: str
) -> Outcome:
    chosen = webhook_code if connector.system == WEBHOOK else code
    return Outcome(
        status=status, code=chosen, message=f"[{chosen}] Connector '{connector.name}' {reason}."
    )
