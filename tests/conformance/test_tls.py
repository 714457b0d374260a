"""TLS is verified.

A connector trusts its own authority if it names one, and the end of certificates is recorded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from common.contracts.connector import Connector
from dispatcher.back_offices.calls import Confirmation
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.back_offices.table import build
from dispatcher.connection_test.run import run_connection_test
from dispatcher.errors import MisconfiguredError
from dispatcher.metrics import CERTIFICATE_ENDS
from tests.support.builders import a_connector, a_delivery
from tests.support.https_webhook import HttpsWebhook, https_webhook


@pytest.fixture
async def https(tmp_path: Path) -> AsyncIterator[HttpsWebhook]:
    async with https_webhook(tmp_path) as webhook:
        yield webhook


async def deliver(connector: Connector, shared: SharedResources) -> Confirmation:
    client = build(connector, shared)
    return await client.send(client.prepare(a_delivery()))


async def test_a_certificate_of_a_stranger_is_not_trusted(
    shared: SharedResources, https: HttpsWebhook
) -> None:
    connector = a_connector(uri=https.url)

    with pytest.raises(MisconfiguredError, match="certificate"):
        await deliver(connector, shared)

    tested = await run_connection_test(connector, shared)
    assert [(step.name, step.passed) for step in tested.steps] == [
        ("address", True),
        ("TLS", False),
    ]


async def test_an_authority_that_cannot_be_read_fails_at_the_second_step(
    shared: SharedResources, https: HttpsWebhook
) -> None:
    connector = a_connector(uri=https.url, ca_certificate="no certificate")

    tested = await run_connection_test(connector, shared)

    assert [(step.name, step.passed) for step in tested.steps][-1] == ("TLS", False)
    assert "ca_certificate" in tested.steps[-1].sentence


async def test_the_connectors_own_authority_is(
    shared: SharedResources, https: HttpsWebhook
) -> None:
    connector = a_connector(uri=https.url, ca_certificate=https.authority)

    assert (await deliver(connector, shared)).http_status == 200

    assert (await run_connection_test(connector, shared)).passed


async def test_a_call_notes_when_the_certificate_ends(
    shared: SharedResources, https: HttpsWebhook
) -> None:
    connector = a_connector(uri=https.url, ca_certificate=https.authority)

    await deliver(connector, shared)

    assert CERTIFICATE_ENDS.labels("127.0.0.1")._value.get() == https.ends_at.timestamp()
