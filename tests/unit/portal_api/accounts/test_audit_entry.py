from __future__ import annotations

import json

from portal_api.accounts.audit_entry import MAX_CHARACTERS, AuditEntry


def test_a_value_that_mongodb_cannot_store_is_stored_as_text() -> None:
    entry = AuditEntry("change", "203.0.113.9", before={"$set": 2**80, "a.b": "\x00"}, after=[])

    kept = entry.document()

    assert json.loads(kept["before"]) == {"$set": 2**80, "a.b": "\x00"}
    assert kept["after"] == "[]"


def test_what_is_too_long_is_left_out_and_its_length_is_told() -> None:
    kept = AuditEntry(
        "change", "203.0.113.9", target="t" * 500, after="x" * MAX_CHARACTERS
    ).document()

    assert json.loads(kept["after"]) == {"characters_too_many_to_keep": MAX_CHARACTERS + 2}
    assert len(kept["target"]) == 200


def test_each_entry_is_one_of_its_own() -> None:
    assert AuditEntry("change", "").audit_id != AuditEntry("change", "").audit_id
