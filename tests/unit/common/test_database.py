from __future__ import annotations

import pytest
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    DuplicateKeyError,
    NetworkTimeout,
    OperationFailure,
)

from common.database import is_duplicate, is_unavailable, reason_of


@pytest.mark.parametrize(
    "code",
    [13, 18, 43, 50, 64, 91, 112, 189, 371, 8000, 10107, 11602, 14031, 16500, 987_654],
)
def test_an_answer_that_is_not_known_to_be_permanent_is_tried_again(code: int) -> None:
    assert is_unavailable(OperationFailure("no", code))
    assert is_unavailable(BulkWriteError({"writeErrors": [{"index": 0, "code": code}]}))


@pytest.mark.parametrize("code", [2, 9, 66, 121, 10334, 11000, 17419])
def test_an_invalid_a_too_large_and_a_duplicate_document_are_not_tried_again(code: int) -> None:
    assert not is_unavailable(OperationFailure("no", code))
    assert not is_unavailable(BulkWriteError({"writeErrors": [{"index": 0, "code": code}]}))


def test_a_lost_connection_is_tried_again_and_a_wrong_setting_is_not() -> None:
    assert is_unavailable(NetworkTimeout("gone"))
    assert is_unavailable(BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64}]}))
    assert not is_unavailable(ConfigurationError("wrong"))
    assert not is_unavailable(KeyError("x"))


def test_a_write_that_failed_for_more_than_duplicates_is_no_duplicate() -> None:
    duplicate, other = {"index": 0, "code": 11000}, {"index": 1, "code": 64}

    assert is_duplicate(DuplicateKeyError("dup", 11000))
    assert is_duplicate(BulkWriteError({"writeErrors": [duplicate]}))
    assert not is_duplicate(OperationFailure("no", 64))
    assert not is_duplicate(BulkWriteError({"writeErrors": [duplicate, other]}))
    assert not is_duplicate(BulkWriteError({"writeErrors": [], "writeConcernErrors": [other]}))


def test_the_reason_is_mongodbs_name_or_number_and_quotes_no_data() -> None:
    duplicate = DuplicateKeyError("dup key: hunter2", 11000, {"codeName": "DuplicateKey"})
    several = BulkWriteError({"writeErrors": [{"code": 8000, "errmsg": "hunter2"}]})

    assert [reason_of(error) for error in (duplicate, several, NetworkTimeout("hunter2"))] == [
        "DuplicateKey",
        "8000",
        "NetworkTimeout",
    ]
