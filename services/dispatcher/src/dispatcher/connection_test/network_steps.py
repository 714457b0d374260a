"""The first steps of a connection test: address, connection and TLS.

The host is looked up once. Every socket of these steps goes to the address that was checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from common.contracts.connector import ConnectionTestStep
from dispatcher.back_offices.address_policy import ForbiddenAddressError
from dispatcher.back_offices.connector_settings import check_authority
from dispatcher.back_offices.tls import ssl_context_for
from dispatcher.errors import MisconfiguredError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from urllib.parse import SplitResult

    from common.contracts.connector import Connector
    from dispatcher.back_offices.address_policy import AddressPolicy

    AddressInfo = tuple[Any, ...]
    """One result of getaddrinfo."""

StepName = Literal["address", "TLS", "authentication", "endpoint"]
PORTS = {"http": 80, "https": 443}
MAX_ADDRESSES = 4
CLOSE_TIMEOUT_S = 1.0


class AddressCheck(NamedTuple):
    """The step of the address, and the address that accepted a connection."""

    step: ConnectionTestStep
    accepted: AddressInfo | None = None


def failed_step(name: StepName, sentence: str) -> ConnectionTestStep:
    """Return a failed step with its correction."""
    return ConnectionTestStep(name=name, passed=False, sentence=sentence)


async def check_address(
    connector: Connector, parts: SplitResult, addresses: AddressPolicy
) -> AddressCheck:
    """Resolve the host and connect to one of its addresses, as a delivery would."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        async with asyncio.timeout(connector.limits.connect_timeout_s):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError):
        return _failed(
            f"The name {host} cannot be found: check the URI's host, and the DNS of this machine.",
        )
    known: dict[str, AddressInfo] = {}
    for info in found:
        known.setdefault(_address_of(info), info)
    tried = dict(list(known.items())[:MAX_ADDRESSES])
    try:
        async with asyncio.timeout(connector.limits.connect_timeout_s):
            return await _connect_first(host, port, list(tried.values()), addresses)
    except TimeoutError:
        return _failed(
            f"No connection to {host} ({', '.join(tried)}) on port {port} in time: check the port "
            "and the firewall.",
        )


async def _connect_first(
    host: str, port: int, known: Sequence[AddressInfo], addresses: AddressPolicy
) -> AddressCheck:
    """Return the first address that accepts a connection, else the fault of the first address."""
    faults: list[str] = []
    for info in known:
        address = _address_of(info)
        try:
            (await _connect(info, addresses)).close()
        except OSError as error:
            faults.append(_connection_fault(error, host, address, port))
            continue
        shown = host if host == address else f"{host} ({address})"
        sentence = f"{shown} accepts connections on port {port}."
        return AddressCheck(
            ConnectionTestStep(name="address", passed=True, sentence=sentence), info
        )
    return _failed(faults[0] if faults else f"The name {host} has no address: check the DNS.")


async def _connect(info: AddressInfo, addresses: AddressPolicy) -> socket.socket:
    """Return a socket that is connected to this address. Raises OSError."""
    opened = addresses.open_socket(info)
    try:
        await asyncio.get_running_loop().sock_connect(opened, info[4])
    except BaseException:
        opened.close()
        raise
    return opened


def _failed(sentence: str) -> AddressCheck:
    return AddressCheck(failed_step("address", sentence))


def _address_of(info: AddressInfo) -> str:
    return str(info[4][0])


def _connection_fault(error: OSError, host: str, address: str, port: int) -> str:
    if isinstance(error, ForbiddenAddressError):
        return (
            f"{host} is {address}, which may not be called: if it is in your own network, add "
            "that network to DISPATCHER_PRIVATE_NETWORKS."
        )
    return (
        f"{host} ({address}) does not accept connections on port {port}: check the port, and "
        "whether the back office is running."
    )


async def check_tls(
    connector: Connector, parts: SplitResult, info: AddressInfo, addresses: AddressPolicy
) -> ConnectionTestStep:
    """Check TLS with the authority that the connector trusts, at the address that was checked."""
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
            version = await _tls_version(connector, host, info, addresses)
    except ssl.SSLCertVerificationError as error:
        return failed_step(
            "TLS",
            (
                f"The certificate of {host} is not trusted: {error.verify_message}. Enter the "
                "authority's certificate, or correct the server's."
            ),
        )
    except (OSError, ValueError):  # a host that TLS cannot name is a ValueError
        return failed_step(
            "TLS",
            (
                f"{host} does not speak TLS on port {port}: check the port, or use http if the "
                "back office has no certificate."
            ),
        )
    return ConnectionTestStep(
        name="TLS", passed=True, sentence=f"{version}, with a trusted certificate."
    )


async def _tls_version(
    connector: Connector, host: str, info: AddressInfo, addresses: AddressPolicy
) -> str:
    """Return the version of TLS after a handshake. Raises OSError or ValueError."""
    opened = await _connect(info, addresses)
    try:
        _, writer = await asyncio.open_connection(
            sock=opened, ssl=ssl_context_for(connector.ca_certificate), server_hostname=host
        )
    except BaseException:
        opened.close()
        raise
    version = str(writer.get_extra_info("ssl_object").version())
    await _close(writer)
    return version


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):  # a TimeoutError is an OSError
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await writer.wait_closed()
