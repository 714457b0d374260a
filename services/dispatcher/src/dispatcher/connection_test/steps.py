"""Tries a connector without sending an appointment, step by step: address, TLS,
authentication, endpoint.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import structlog

from common.contracts.connector import Step
from dispatcher.back_offices.table import KINDS, build
from dispatcher.connection_test.network import failed, try_address, try_tls
from dispatcher.errors import (
    DeliveryError,
    NoAnswerError,
    ServerFaultError,
    ThrottledError,
    UnauthorisedError,
)
from dispatcher.validate import find_fault

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from dispatcher.back_offices.http_client import SharedResources
    from dispatcher.connection_test.network import StepName

CREDENTIAL_CODES = ("DSCFG006", "DSCFG008")
PROXY_ASKS = 407
AFTER_TOKEN_S = 5.0
"""Seconds that the test goes on after one call's timeout, so that a silent token endpoint is
named.
"""
_UNFORESEEN = "[DSUNK001] The test broke off with an error of our own ({}): see the log."
_TOO_SLOW = "The back office did not answer every question of the test within {} s."
_IN_TROUBLE = (NoAnswerError, ServerFaultError, ThrottledError)
log = structlog.get_logger()


class Tested(NamedTuple):
    """The steps up to the first that failed; ``mapping`` as the back office's own
    description has it.
    """

    steps: list[Step]
    mapping: dict[str, Any] | None = None

    @property
    def passed(self) -> bool:
        """Whether every step did."""
        return all(step.passed for step in self.steps)


async def try_connector(connector: Connector, shared: SharedResources) -> Tested:
    """Go from step to step until one fails. It never raises: each error is a failed step."""
    steps: list[Step] = []
    try:
        return await _try(connector, shared, steps)
    except Exception as error:
        log.exception("a connection test broke off", connector_id=connector.connector_id)
        done = {step.name for step in steps}
        left: tuple[StepName, ...] = ("address", "TLS", "endpoint")
        step = next(name for name in left if name not in done)
        return Tested([*steps, failed(step, _UNFORESEEN.format(type(error).__name__))])


async def _try(connector: Connector, shared: SharedResources, steps: list[Step]) -> Tested:
    fault = find_fault(connector, KINDS)
    if fault is not None:
        return Tested([failed("address", fault.message or "")])
    parts = urlsplit(connector.uri or "")
    steps.append(await try_address(connector, parts, shared.addresses))
    if steps[-1].passed:
        steps.append(await try_tls(connector, parts))
    return await _inside(connector, shared, steps) if steps[-1].passed else Tested(steps)


async def _inside(connector: Connector, shared: SharedResources, steps: list[Step]) -> Tested:
    """Try credentials and endpoint in one call: which of the two was refused
    shows in the answer.
    """
    longest_s = connector.limits.total_timeout_s + AFTER_TOKEN_S
    client = None
    try:
        client = build(connector, shared)
        async with asyncio.timeout(longest_s):
            probed = await client.probe()
    except DeliveryError as error:
        return Tested([*steps, *_refused(connector, error)])
    except TimeoutError:
        return Tested([*steps, failed("endpoint", _TOO_SLOW.format(longest_s))])
    finally:
        if client is not None:
            await client.close()
    admitted = [_admitted(connector)] if probed.is_admitted else []
    endpoint = Step(name="endpoint", passed=probed.passed, sentence=probed.sentence)
    return Tested([*steps, *admitted, endpoint], probed.mapping)


def _admitted(connector: Connector) -> Step:
    return Step(
        name="authentication",
        passed=True,
        sentence=f"The back office accepts the credentials ({connector.authentication.type}).",
    )


def _refused(connector: Connector, error: DeliveryError) -> list[Step]:
    """Return the step that failed, after the one that the answer shows to have passed."""
    if (
        isinstance(error, UnauthorisedError)
        or error.at_token_endpoint
        or error.code in CREDENTIAL_CODES
    ):
        return [failed("authentication", str(error))]
    admitted = [_admitted(connector)] if _was_admitted(error) else []
    return [*admitted, failed("endpoint", str(error))]


def _was_admitted(error: DeliveryError) -> bool:
    """Whether the back office itself answered: a redirect, a proxy that asks who is calling, and a
    server in trouble did not look at the credentials.
    """
    status = error.http_status or 0
    is_on_the_way = not status or 300 <= status < 400 or status == PROXY_ASKS  # noqa: PLR2004
    return not is_on_the_way and not isinstance(error, _IN_TROUBLE)
