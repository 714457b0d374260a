from __future__ import annotations

from typing import Any

import pytest

from common.contracts.appointment import Action
from common.contracts.delivery import Status
from dispatcher.validate import validate_delivery
from tests.support.builders import a_connector

KINDS = frozenset({("Webhook", "REST")})


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"enabled": False}, Status.MBOC_PUBLISH_DISABLED, "DSWBHK001", "Enabled"),
        (
            {"enabled": False, "system": None, "uri": None},
            Status.MBOC_PUBLISH_DISABLED,
            "DSCFG001",
            "Enabled",
        ),
        ({"system": None}, Status.INVALID_MBOC_BACK_OFFICE_SYSTEM, "DSCFG002", "System"),
        ({"system": ""}, Status.INVALID_MBOC_BACK_OFFICE_SYSTEM, "DSCFG002", "System"),
        (
            {"system": "Fax", "uri": None},
            Status.INVALID_MBOC_BACK_OFFICE_TYPE,
            "DSCFG005",
            "System 'Fax'",
        ),
        (
            {"api_type": "SOAP"},
            Status.INVALID_MBOC_BACK_OFFICE_TYPE,
            "DSWBHK003",
            "API type 'SOAP'",
        ),
        ({"uri": None}, Status.INVALID_MBOC_URI, "DSWBHK002", "URI"),
        ({"uri": "host/path"}, Status.INVALID_MBOC_URI, "DSWBHK002", "URI"),
        ({"uri": "ftp://host/"}, Status.INVALID_MBOC_URI, "DSWBHK002", "URI"),
        ({"uri": "http://[::1"}, Status.INVALID_MBOC_URI, "DSWBHK002", "URI"),
        ({"uri": "http://host:99999/"}, Status.INVALID_MBOC_URI, "DSWBHK002", "URI"),
    ],
)
def test_each_refusal_has_its_status_and_names_the_field_to_mend(
    fields: dict[str, Any], status: Status, code: str, field: str
) -> None:
    refusal = validate_delivery(a_connector(**fields), Action.CREATE, KINDS)

    assert refusal is not None
    assert (refusal.status, refusal.code) == (status, code)
    assert refusal.message is not None
    assert refusal.message.startswith(f"[{code}] ")
    assert field in refusal.message


def test_an_action_the_connector_does_not_want_is_skipped() -> None:
    refusal = validate_delivery(a_connector(actions=["create"]), Action.DELETE, KINDS)

    assert refusal is not None
    assert refusal.status is Status.SKIPPED
    assert "delete" in (refusal.message or "")


def test_a_webhook_without_api_type_is_rest() -> None:
    assert validate_delivery(a_connector(api_type=None), Action.CREATE, KINDS) is None
