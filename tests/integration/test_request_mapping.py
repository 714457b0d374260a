"""A running dispatcher maps the request of a delivery again, with the version that sent it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiormq
import pytest
from aiormq.abc import AbstractChannel, DeliveredMessage

from common import topology
from common.contracts.appointment import Action
from common.contracts.delivery import Status
from common.contracts.mapped_request import MappedRequestRequested, RequestMapped
from common.contracts.message import delivery_id_of
from tests.support.builders import a_snapshot, a_transaction, as_body
from tests.support.simulated_back_offices import LOGIN, SIMULATED, a_login
from tests.support.system import System


class Views:
    """Requests views of a dispatcher, as portal-api does."""

    def __init__(self, channel: AbstractChannel) -> None:
        self._channel = channel
        self._answers: asyncio.Queue[RequestMapped] = asyncio.Queue()

    async def open(self) -> None:
        """Receive the answers of every dispatcher."""
        queue = (await self._channel.queue_declare(exclusive=True)).queue or ""
        await self._channel.queue_bind(queue, topology.MAPPED_REQUESTS.name)
        await self._channel.basic_consume(queue, self._receive, no_ack=True)

    async def _receive(self, message: DeliveredMessage) -> None:
        self._answers.put_nowait(RequestMapped.model_validate_json(message.body))

    async def ask(self, **fields: Any) -> RequestMapped:
        """Return the answer to a request."""
        request = MappedRequestRequested(
            view_id=uuid.uuid4().hex, requested_at=datetime.now(UTC), **fields
        )
        body = request.model_dump_json().encode()
        await self._channel.basic_publish(body, exchange=topology.REQUEST_MAPPINGS.name)
        async with asyncio.timeout(20):
            while (answer := await self._answers.get()).view_id != request.view_id:
                pass
        return answer


@pytest.fixture
async def views(system: System) -> AsyncIterator[Views]:
    connection = await aiormq.connect(system.rabbitmq_url)
    opened = Views(await connection.channel())
    await opened.open()
    yield opened
    await connection.close()


@pytest.mark.parametrize("office", SIMULATED)
async def test_the_request_of_a_delivery_is_mapped_as_the_back_office_got_it(
    system: System, app: str, office: str, views: Views
) -> None:
    demanded, said, secrets = a_login("Basic")
    await system.simulated("PUT", app, "/authentication", json=demanded)
    reached = SIMULATED[office].connector(system.services["simulator"].url, app)
    connector_id = await system.connector(source_app=app, authentication=said, **reached, **secrets)
    body = as_body(a_snapshot(source_app=app))
    transaction_id = await system.change("create", body)
    await system.delivery(transaction_id, Status.SUCCESS)
    [record] = (await system.simulated("GET", app, "/records"))["records"]
    await system.switch(connector_id, "disable")

    answer = await views.ask(
        delivery_id=delivery_id_of(transaction_id, connector_id),
        connector_id=connector_id,
        connector_version=1,
        action=Action.CREATE,
        transaction=a_transaction(transaction_id, body=body.decode(), action=Action.UPDATE),
    )

    assert answer.problem is None
    [call] = answer.calls
    assert call.body == record["body"]
    headers = {header.name: header.value for header in call.headers}
    assert headers["Authorization"] == "***"
    assert LOGIN["password"] not in answer.model_dump_json()


async def test_a_version_that_is_not_stored_is_named(views: Views) -> None:
    answer = await views.ask(
        delivery_id="t1.c1",
        connector_id="c1",
        connector_version=9,
        action=Action.CREATE,
        transaction=a_transaction(),
    )

    assert answer.calls == ()
    assert "Version 9 of the connector is not stored any more" in (answer.problem or "")
