"""The first steps of a connection test: address, connection and TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Literal

from common.contracts.connector import ConnectionTestStep
from dispatcher.back_offices.connector_settings import check_authority
from dispatcher.back_offices.tls import ssl_context_for
from dispatcher.errors import MisconfiguredError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from urllib.parse import SplitResult

    from common.contracts.connector import Connector
    from dispatcher.back_offices.address_policy import AddressPolicy

StepName = Literal["address", "TLS", "authentication", "endpoint"]
PORTS = {"http": 80, "https": 443}
MAX_ADDRESSES = 4
CLOSE_TIMEOUT_S = 1.0


def failed_step(name: StepName, sentence: str) -> ConnectionTestStep:
    """Return a failed step with its correction."""
    return ConnectionTestStep(name=name, passed=False, sentence=sentence)


async def check_address(
    connector: Connector, parts: SplitResult, addresses: AddressPolicy
) -> ConnectionTestStep:
    """Resolve the host and connect to one of its addresses, as a delivery would."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        async with asyncio.timeout(connector.limits.connect_timeout_s):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError):
        return failed_step(
            "address",
            f"The name {host} cannot be found: check the URI's host, and the DNS of this machine.",
        )
    known = list(dict.fromkeys(str(info[4][0]) for info in found))
    try:
        async with asyncio.timeout(connector.limits.connect_timeout_s):
            return await _connect_first(host, port, known[:MAX_ADDRESSES], addresses)
    except TimeoutError:
        return failed_step(
            "address",
            f"No connection to {host} ({', '.join(known)}) on port {port} in time: check the port "
            "and the firewall.",
        )


async def _connect_first(
    host: str, port: int, known: Sequence[str], addresses: AddressPolicy
) -> ConnectionTestStep:
    """Return the step of the first address that accepts a connection, else of the first address."""
    errors: list[OSError] = []
    for address in known:
        try:
            addresses.check(address)
            _, writer = await asyncio.open_connection(address, port)
        except OSError as error:
            errors.append(error)
            continue
        await _close(writer)
        shown = host if host == address else f"{host} ({address})"
        sentence = f"{shown} accepts connections on port {port}."
        return ConnectionTestStep(name="address", passed=True, sentence=sentence)
    return failed_step("address", _connection_fault(errors[0], host, known[0], port))


def _connection_fault(error: OSError, host: str, address: str, port: int) -> str:
    if error.errno is None:
        return (
            f"{host} is {address}, which may not be called: if it is in your own network, add "
            "that network to DISPATCHER_PRIVATE_NETWORKS."
        )
    return (
        f"{host} ({address}) does not accept connections on port {port}: check the port, and "
        "whether the back office is running."
    )


async def check_tls(connector: Connector, parts: SplitResult) -> ConnectionTestStep:
    """Check TLS with the authority that the connector trusts."""
    if parts.scheme == "http":
        return ConnectionTestStep(
            name="TLS",
            passed=True,
            sentence=(
                "Not used. Appointments and credentials are sent unencrypted. Use https where you "
                "can."
            ),
        )
    host, port = parts.hostname or "", parts.port or PORTS["https"]
    try:
        check_authority(connector, "webhook")
    except MisconfiguredError as error:
        return failed_step("TLS", str(error))
    try:
        async with asyncio.timeout(connector.limits.connect_timeout_s):
            _, writer = await asyncio.open_connection(
                host, port, ssl=ssl_context_for(connector.ca_certificate)
            )
    except ssl.SSLCertVerificationError as error:
        return failed_step(
            "TLS",
            (
                f"The certificate of {host} is not trusted: {error.verify_message}. Enter the "
                "authority's certificate, or correct the server's."
            ),
        )
    except (OSError, TimeoutError):
        return failed_step(
            "TLS",
            (
                f"{host} does not speak TLS on port {port}: check the port, or use http if the "
                "back office has no certificate."
            ),
        )
    version = writer.get_extra_info("ssl_object").version()
    await _close(writer)
    return ConnectionTestStep(
        name="TLS", passed=True, sentence=f"{version}, with a trusted certificate."
    )


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):  # a TimeoutError is an OSError
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await writer.wait_closed()
