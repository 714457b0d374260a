"""Runs a connection test step by step: address, TLS, authentication, endpoint."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import structlog

from common.contracts.connector import ConnectionTestStep
from dispatcher.back_offices.table import KINDS, build
from dispatcher.connection_test.applied_check import check_applied
from dispatcher.connection_test.network_steps import check_address, check_tls, failed_step
from dispatcher.errors import (
    DeliveryError,
    NoAnswerError,
    ServerFaultError,
    ThrottledError,
    UnauthorisedError,
)
from dispatcher.validate import validate_connector

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from dispatcher.back_offices.http_client import SharedResources
    from dispatcher.connection_test.network_steps import StepName

CREDENTIAL_CODES = ("DSCFG006", "DSCFG008")
PROXY_ASKS = 407
EXTRA_TOKEN_TIMEOUT_S = 5.0
"""Seconds that the test continues after the timeout of one call, so that it can name a silent token
endpoint.
"""
_UNFORESEEN = (
    "[DSUNK001] The test ended with an internal error ({}): see the log of the dispatcher."
)
_TOO_SLOW = "The back office did not answer every question of the test within {} s."
_SERVER_FAULTS = (NoAnswerError, ServerFaultError, ThrottledError)
log = structlog.get_logger()


class ConnectionTestResult(NamedTuple):
    """The steps up to the first failed step, and the names of the back office's own description."""

    steps: list[ConnectionTestStep]
    mapping: dict[str, Any] | None = None

    @property
    def passed(self) -> bool:
        """Whether every step passed."""
        return all(step.passed for step in self.steps)


async def run_connection_test(
    connector: Connector, shared: SharedResources
) -> ConnectionTestResult:
    """Run the steps until one fails. Never raises, because each error is a failed step."""
    steps: list[ConnectionTestStep] = []
    try:
        return await _try(connector, shared, steps)
    except Exception as error:
        log.exception(
            "a connection test ended with an internal error", connector_id=connector.connector_id
        )
        done = {step.name for step in steps}
        left: tuple[StepName, ...] = ("address", "TLS", "endpoint")
        step = next(name for name in left if name not in done)
        return ConnectionTestResult(
            [*steps, failed_step(step, _UNFORESEEN.format(type(error).__name__))]
        )


async def _try(
    connector: Connector, shared: SharedResources, steps: list[ConnectionTestStep]
) -> ConnectionTestResult:
    fault = validate_connector(connector, KINDS)
    if fault is not None:
        return ConnectionTestResult([failed_step("address", fault.message or "")])
    parts = urlsplit(connector.uri or "")
    step, accepted = await check_address(connector, parts, shared.addresses)
    steps.append(step)
    if accepted is not None:
        steps.append(await check_tls(connector, parts, accepted, shared.addresses))
    return (
        await _check_endpoint(connector, shared, steps)
        if steps[-1].passed
        else ConnectionTestResult(steps)
    )


async def _check_endpoint(
    connector: Connector, shared: SharedResources, steps: list[ConnectionTestStep]
) -> ConnectionTestResult:
    """Check credentials and endpoint in one call. The response shows which of them was refused."""
    longest_s = connector.limits.total_timeout_s + EXTRA_TOKEN_TIMEOUT_S
    client = None
    try:
        client = build(connector, shared)
        async with asyncio.timeout(longest_s):
            probe_result = await client.probe()
            if probe_result.passed:
                probe_result = await check_applied(connector, client, probe_result)
    except DeliveryError as error:
        return ConnectionTestResult([*steps, *_failed_steps(connector, error)])
    except TimeoutError:
        return ConnectionTestResult([*steps, failed_step("endpoint", _TOO_SLOW.format(longest_s))])
    finally:
        if client is not None:
            await client.close()
    admitted = [_credentials_accepted(connector)] if probe_result.shows_admission else []
    endpoint = ConnectionTestStep(
        name="endpoint", passed=probe_result.passed, sentence=probe_result.sentence
    )
    return ConnectionTestResult([*steps, *admitted, endpoint], probe_result.mapping)


def _credentials_accepted(connector: Connector) -> ConnectionTestStep:
    return ConnectionTestStep(
        name="authentication",
        passed=True,
        sentence=f"The back office accepts the credentials ({connector.authentication.type}).",
    )


def _failed_steps(connector: Connector, error: DeliveryError) -> list[ConnectionTestStep]:
    """Return the failed step, after the step that passed according to the response."""
    if (
        isinstance(error, UnauthorisedError)
        or error.at_token_endpoint
        or error.code in CREDENTIAL_CODES
    ):
        return [failed_step("authentication", str(error))]
    admitted = [_credentials_accepted(connector)] if _has_answered(error) else []
    return [*admitted, failed_step("endpoint", str(error))]


def _has_answered(error: DeliveryError) -> bool:
    """Return whether the back office itself answered, so that it checked the credentials.

    Redirects, proxies that ask for credentials, and servers with a fault do not check them.
    """
    status = error.http_status or 0
    is_on_the_way = not status or 300 <= status < 400 or status == PROXY_ASKS  # noqa: PLR2004
    return not is_on_the_way and not isinstance(error, _SERVER_FAULTS)
