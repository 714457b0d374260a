"""The network addresses that may be called.

The check is made when the socket is opened, because a host name could get another address between
an earlier check and the call (design.md, section 8).
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    Address = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network

_METADATA = (ip_address("100.100.100.200"), ip_address("fd00:ec2::254"))
_NAT64 = ip_network("64:ff9b::/96")


class ForbiddenAddressError(OSError):
    """The address may not be called."""


class AddressPolicy:
    """The rule for addresses: public ones are allowed, and private ones in the given networks.

    Link-local addresses and metadata services are never called.
    """

    def __init__(self, private: Sequence[Network] = ()) -> None:
        self._private = tuple(private)

    def check(self, address: str) -> None:
        """Raise ForbiddenAddressError unless this IP address may be called."""
        ip = _plain(ip_address(address.partition("%")[0]))
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip in _METADATA:
            raise ForbiddenAddressError(f"{ip} is never called")
        if not ip.is_global and not any(ip in network for network in self._private):
            raise ForbiddenAddressError(f"{ip} is in no network that may be called")

    def open_socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Return an unconnected socket for one result of getaddrinfo.

        Raises ForbiddenAddressError.
        """
        family, kind, protocol, _, address = info
        self.check(str(address[0]))
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        return opened


def _plain(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
