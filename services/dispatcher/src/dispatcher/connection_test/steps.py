"""Tries a connector without sending an appointment, step by step: address, TLS,
authentication, endpoint.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from common.contracts.connector import Step
from dispatcher.back_offices.certificates import trusting
from dispatcher.back_offices.connector_settings import check_authority
from dispatcher.back_offices.table import KINDS, build
from dispatcher.errors import DeliveryError, MisconfiguredError, UnauthorisedError
from dispatcher.validate import find_fault

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from common.contracts.connector import Connector
    from dispatcher.back_offices.http_client import SharedResources

CREDENTIAL_CODES = ("DSCFG006", "DSCFG008")
PORTS = {"http": 80, "https": 443}


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
    """Go from step to step until one fails; never raises for what the connector or its back
    office does wrong.
    """
    fault = find_fault(connector, KINDS)
    if fault is not None:
        return Tested([_failed("address", fault.message or "")])
    parts = urlsplit(connector.uri or "")
    steps = [await _address(connector, parts, shared)]
    if steps[-1].passed:
        steps.append(await _tls(connector, parts))
    return await _inside(connector, shared, steps) if steps[-1].passed else Tested(steps)


async def _inside(connector: Connector, shared: SharedResources, steps: list[Step]) -> Tested:
    """Try credentials and endpoint in one call: which of the two was refused
    shows in the answer.
    """
    let_in = Step(
        name="authentication",
        passed=True,
        sentence=f"The back office accepts the credentials ({connector.authentication.type}).",
    )
    client = None
    try:
        client = build(connector, shared)
        probed = await client.probe()
    except DeliveryError as error:
        if (
            isinstance(error, UnauthorisedError)
            or error.at_token_endpoint
            or error.code in CREDENTIAL_CODES
        ):
            return Tested([*steps, _failed("authentication", str(error))])
        was_let_in = [let_in] if error.http_status is not None else []
        return Tested([*steps, *was_let_in, _failed("endpoint", str(error))])
    finally:
        if client is not None:
            await client.close()
    return Tested(
        [*steps, let_in, Step(name="endpoint", passed=probed.passed, sentence=probed.sentence)],
        probed.mapping,
    )


def _failed(name: Literal["address", "TLS", "authentication", "endpoint"], sentence: str) -> Step:
    return Step(name=name, passed=False, sentence=sentence)


async def _address(connector: Connector, parts: SplitResult, shared: SharedResources) -> Step:
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        async with asyncio.timeout(connector.limits.connect_timeout_s):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError):
        return _failed(
            "address",
            f"The name {host} cannot be found: check the URI's host, and the DNS of this machine.",
        )
    address = str(found[0][4][0])
    try:
        shared.addresses.check(address)
        async with asyncio.timeout(connector.limits.connect_timeout_s):
            _, writer = await asyncio.open_connection(address, port)
    except TimeoutError:
        return _failed(
            "address",
            (
                f"No connection to {host} ({address}) on port {port} in time: check the port "
                "and the firewall."
            ),
        )
    except OSError as error:
        return _failed("address", _why(error, host, address, port))
    await _hang_up(writer)
    known = host if host == address else f"{host} ({address})"
    return Step(name="address", passed=True, sentence=f"{known} takes connections on port {port}.")


def _why(error: OSError, host: str, address: str, port: int) -> str:
    if error.errno is None:
        return (
            f"{host} is {address}, which may not be called: if it is in your own network, add "
            "that network to DISPATCHER_PRIVATE_NETWORKS."
        )
    return (
        f"{host} ({address}) does not take connections on port {port}: check the port and whether "
        "the back office is running."
    )


async def _tls(connector: Connector, parts: SplitResult) -> Step:
    if parts.scheme == "http":
        return Step(
            name="TLS",
            passed=True,
            sentence=(
                "Not used: appointments and credentials travel readable. Use https where you can."
            ),
        )
    host, port = parts.hostname or "", parts.port or PORTS["https"]
    try:
        check_authority(connector, "webhook")
    except MisconfiguredError as error:
        return _failed("TLS", str(error))
    try:
        async with asyncio.timeout(connector.limits.connect_timeout_s):
            _, writer = await asyncio.open_connection(
                host, port, ssl=trusting(connector.ca_certificate)
            )
    except ssl.SSLCertVerificationError as error:
        return _failed(
            "TLS",
            (
                f"The certificate of {host} is not trusted: {error.verify_message}. Enter the "
                "authority's certificate, or correct the server's."
            ),
        )
    except (OSError, TimeoutError):
        return _failed(
            "TLS",
            (
                f"{host} does not speak TLS on port {port}: check the port, or use http if the "
                "back office has no certificate."
            ),
        )
    version = writer.get_extra_info("ssl_object").version()
    await _hang_up(writer)
    return Step(name="TLS", passed=True, sentence=f"{version}, with a trusted certificate.")


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
