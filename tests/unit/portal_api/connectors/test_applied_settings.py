"""The entered settings of the questions for the state of records."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from portal_api.connector_import.rows import as_fields
from portal_api.connectors.fields import ConnectorFields

LIST = "https://bc.example/BC/ODataV4/Company('CRONUS')/Appointments"
SOAP = {"system": "Business Central", "api_type": "SOAP", "uri": "https://bc.example/BC/WS/x"}


def entered(applied: dict[str, Any], **fields: Any) -> ConnectorFields:
    given = {"name": "Orders", "source_app": "BC"} | SOAP | fields
    return ConnectorFields.model_validate(given | {"applied": applied})


@pytest.mark.parametrize(
    ("applied", "fields", "field", "words"),
    [
        ({"preset": "Dataverse status"}, {}, "applied.preset", "SOAP Read"),
        ({"preset": "SOAP Read"}, {"system": "Webhook", "api_type": "REST"}, "applied.preset", ""),
        ({"preset": "SOAP Read"}, {"system": None, "api_type": None}, "applied.preset", "off"),
        ({"preset": "OData list"}, {}, "applied.address", "required"),
        ({"preset": "OData list", "address": "ftp://x/"}, {}, "applied.address", "https://"),
        (
            {"preset": "OData list", "address": "https://other.example/l"},
            {},
            "applied.address",
            "host",
        ),
        (
            {"preset": "OData list", "address": "https://bc.example:8443/l"},
            {},
            "applied.address",
            "port",
        ),
        ({"preset": "OData list", "address": f"{LIST}?sig=x"}, {}, "applied.address", "query"),
        ({"preset": "OData list", "address": "https://a:b@bc.example/"}, {}, "applied.address", ""),
        ({"preset": "SOAP Read", "status_field": "Sta tus"}, {}, "applied.status_field", "name"),
        ({"preset": "SOAP Read", "entry_field": "x' or 1"}, {}, "applied.entry_field", "name"),
        ({"preset": "SOAP Read", "interval_s": 0.5}, {}, "applied.interval_s", ""),
        ({"preset": "SOAP Read", "interval_s": "60"}, {}, "applied.interval_s", ""),
        ({"preset": "SOAP Read", "give_up_after_h": 0}, {}, "applied.give_up_after_h", ""),
        ({"preset": "SOAP Read", "mistyped": 1}, {}, "applied.mistyped", ""),
        ({"preset": "sometimes"}, {}, "applied.preset", ""),
        (
            {"preset": "SOAP Read", "applied_values": ["OK"], "refused_values": ["ok "]},
            {},
            "applied.refused_values",
            "ok",
        ),
        (
            {"preset": "SOAP Read", "applied_values": ["Error"]},
            {},
            "applied.applied_values",
            "refused_values",
        ),
        (
            {"preset": "SOAP Read", "applied_values": ["a\nb"]},
            {},
            "applied.applied_values",
            "one line",
        ),
        (
            {"preset": "SOAP Read", "applied_values": ["x" * 101]},
            {},
            "applied.applied_values",
            "100",
        ),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_its_name(
    applied: dict[str, Any], fields: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        entered(applied, **fields)

    found = [(".".join(map(str, e["loc"])), e["msg"]) for e in raised.value.errors()]
    assert any(name.startswith(field) and words in message for name, message in found), found


@pytest.mark.parametrize(
    "applied",
    [
        {},
        {"preset": "off"},
        {"preset": "answer to the create"},
        {"preset": "SOAP Read", "message_field": ""},
        {"preset": "SOAP Read", "status_field": "nº_Estado", "applied_values": []},
        {"preset": "OData list", "address": LIST},
        {"preset": "OData list", "address": LIST.replace("bc.example", "BC.example:443")},
    ],
)
def test_a_setting_that_can_work_is_accepted(applied: dict[str, Any]) -> None:
    assert entered(applied).applied.preset == applied.get("preset", "off")


def test_an_import_reads_the_settings_from_their_columns() -> None:
    row = {
        "Applied Preset": "soap read",
        "applied_values": "Posted, Done",
        "applied_interval_s": "30",
        "Applied Message Field": "Reason",
    }

    fields, errors = as_fields(row)

    assert not errors
    assert fields["applied"] == {
        "preset": "SOAP Read",
        "applied_values": ["Posted", "Done"],
        "interval_s": 30,
        "message_field": "Reason",
    }
