from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from common.contracts.delivery import STATUSES, StatusChanged
from common.read_list import read_list
from tests.support.builders import an_event


def a_body(*statuses: Any) -> bytes:
    return json.dumps(statuses).encode()


def a_status(number: int) -> dict[str, Any]:
    return an_event(number=number).model_dump(mode="json")


def test_an_item_that_cannot_be_read_is_set_apart_from_its_neighbours() -> None:
    odd = {"delivery_id": "t2.c1", "attempt": 1}

    read = read_list(StatusChanged, STATUSES, a_body(a_status(1), odd, a_status(3), 7))

    assert [item.delivery_id for item in read.items] == ["t1.c1", "t3.c1"]
    assert read.unreadable is not None
    assert json.loads(read.unreadable.body) == [odd, 7]


def test_a_list_without_fault_has_nothing_apart() -> None:
    read = read_list(StatusChanged, STATUSES, a_body(a_status(1)))

    assert (len(read.items), read.unreadable) == (1, None)


@pytest.mark.parametrize("body", [b"no json", b"{}", a_body({}, 7), b"\xff"])
def test_a_message_of_which_nothing_can_be_read_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(ValidationError):
        read_list(StatusChanged, STATUSES, body)
