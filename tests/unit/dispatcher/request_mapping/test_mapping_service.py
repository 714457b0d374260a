"""Each request to map an attempt again is answered, also when it cannot be mapped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from common import topology
from common.contracts.appointment import Action
from common.contracts.mapped_request import MappedRequestRequested, RequestMapped
from common.errors import BrokerUnavailableError
from common.release import RELEASE
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.request_mapping.service import RequestMappingService
from tests.support.builders import a_connector, a_delivery

DELIVERY = a_delivery()
SHARED = cast("SharedResources", None)
"""Resources that make every mapping end with an internal error."""


class Versions:
    """The stored versions of connectors, by id. An exception is raised."""

    def __init__(self, stored: dict[str, Any] | Exception | None) -> None:
        self._stored = stored
        self.asked: list[Any] = []

    async def find_one(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        self.asked.append(wanted)
        if isinstance(self._stored, Exception):
            raise self._stored
        return self._stored


class Published:
    """A publisher that collects the messages."""

    def __init__(self, error: Exception | None = None) -> None:
        self.answers: list[RequestMapped] = []
        self._error = error

    async def publish(
        self, exchange: topology.Exchange, body: bytes, *, message_id: str, kind: str
    ) -> None:
        if self._error is not None:
            raise self._error
        answer = RequestMapped.model_validate_json(body)
        assert (exchange, kind) == (topology.MAPPED_REQUESTS, "RequestMapped")
        assert message_id == answer.view_id
        self.answers.append(answer)


async def answers(
    stored: Any, age: timedelta = timedelta(), error: Exception | None = None
) -> list[RequestMapped]:
    published, versions = Published(error), Versions(stored)
    database = {"connector_versions": versions}
    service = RequestMappingService(cast("Any", database), SHARED, cast("Any", published))
    await service.run(
        MappedRequestRequested(
            view_id="5" * 32,
            delivery_id=DELIVERY.delivery_id,
            connector_id="c1",
            connector_version=3,
            action=Action.CREATE,
            transaction=DELIVERY.transaction,
            requested_at=datetime.now(UTC) - age,
        )
    )
    assert versions.asked == ([] if age else [{"_id": "c1.3"}])
    return published.answers


def document(**changes: Any) -> dict[str, Any]:
    return a_connector().model_dump() | {"_id": "c1.3"} | changes


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (None, "Version 3 of the connector is not stored any more"),
        (document(source_app=7), "Version 3 of the connector is not stored any more"),
        (document(limits={"calls_in_flight": "many"}), "limits.calls_in_flight"),
        (document(uri=""), "empty URI"),
        (document(), "[DSUNK001] The mapping ended with an internal error (AttributeError)"),
        (AutoReconnect("gone"), "MongoDB is unavailable: try again"),
        (OperationFailure("bad", code=2), "internal error (OperationFailure)"),
    ],
)
async def test_a_request_that_cannot_be_mapped_is_answered_with_the_reason(
    stored: Any, words: str
) -> None:
    [answer] = await answers(stored)

    assert words in (answer.problem or "")
    assert (answer.calls, answer.mapped_by) == ((), RELEASE)
    assert DELIVERY.transaction.body not in answer.model_dump_json()


async def test_a_request_of_before_is_ignored() -> None:
    assert await answers(document(), timedelta(minutes=3)) == []


async def test_an_answer_without_rabbitmq_is_lost_without_an_error() -> None:
    assert await answers(document(uri=""), error=BrokerUnavailableError("gone")) == []
