"""The ways to settle an unknown outcome without a person, by the system of the connector.

Business Central and NAV are asked for the record. Dataverse and a webhook that recognises the id of
a delivery receive the same call again, which stores nothing twice.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from common.contracts.connector import BUSINESS_CENTRAL, CRM, NAV, WEBHOOK
from common.contracts.mapping import MAPPINGS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from common.contracts.connector import Connector

MISSING_AFTER_S = 600.0
"""The seconds that a stored connector without the field waits. The limits of Business Central's
servers are shorter (Microsoft: operational limits).
"""
IDENTIFYING_FIELDS = ("appointment_id", "database_action", "last_modified_date")
"""The fields that identify the record of one version of an appointment."""


class CheckWay(StrEnum):
    """The way to settle an unknown outcome."""

    READ = "read"
    REPEAT = "repeat"


def check_way_of(
    kind: tuple[str, str], mapping: Mapping[str, Any] | None, *, recognises_delivery_id: bool
) -> CheckWay | None:
    """Return the way for this system and API type, or None when a person has to decide.

    A mapping without a name for each identifying field cannot be asked for a record.
    """
    system, _ = kind
    if system == CRM or (system == WEBHOOK and recognises_delivery_id):
        return CheckWay.REPEAT
    if system not in {BUSINESS_CENTRAL, NAV} or kind not in MAPPINGS:
        return None
    try:
        names = dict(MAPPINGS[kind].model_validate(mapping or {}).names)
    except ValidationError:
        return None
    return CheckWay.READ if all(field in names for field in IDENTIFYING_FIELDS) else None


def check_way(connector: Connector) -> CheckWay | None:
    """Return the way for this connector, or None when a person has to decide."""
    return check_way_of(
        connector.kind,
        connector.mapping,
        recognises_delivery_id=connector.recognises_delivery_id,
    )


def next_check_at(delivery: Mapping[str, Any], missing_after_s: float) -> datetime | None:
    """Return the time of the next check of a stored delivery of unknown outcome.

    It is the time that the last check named, or None when that check was the last. Without a check
    it is the time from which a missing record counts as missing.
    """
    checked = delivery.get("outcome_check")
    if checked:
        named: datetime | None = checked.get("next_at")
        return named
    changed_at: datetime = delivery["changed_at"]
    return changed_at + timedelta(seconds=missing_after_s)
