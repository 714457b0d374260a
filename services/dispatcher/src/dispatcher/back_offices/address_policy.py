"""The network addresses that may be called.

The check is made when the socket is opened, because a host name could get another address between
an earlier check and the call (design.md, section 8; OWASP ASVS 4.0.3, 12.6.1).
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    Address = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network

# The lists are complete, because the properties of Python's addresses differ between its versions.
_NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network (RFC 1122, 3.2.1.3)
            "100.100.100.200/32",  # metadata of Alibaba Cloud
            "168.63.129.16/32",  # WireServer and metadata of Azure
            "169.254.0.0/16",  # link-local (RFC 3927), and the metadata of most clouds
            "192.0.0.0/24",  # protocol assignments (RFC 6890), and metadata of Oracle Cloud
            "192.0.2.0/24",  # documentation (RFC 5737)
            "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
            "198.18.0.0/15",  # benchmarks (RFC 2544)
            "198.51.100.0/24",  # documentation (RFC 5737)
            "203.0.113.0/24",  # documentation (RFC 5737)
            "224.0.0.0/4",  # multicast (RFC 5771)
            "240.0.0.0/4",  # reserved (RFC 1112, 4), and broadcast
            "2001::/23",  # protocol assignments (RFC 2928), and Teredo (RFC 4380)
            "2001:db8::/32",  # documentation (RFC 3849)
            "3fff::/20",  # documentation (RFC 9637)
            "fd00:42::42/128",  # metadata of Scaleway
            "fd00:c1::a9fe:a9fe/128",  # metadata of Oracle Cloud
            "fd00:ec2::/32",  # metadata of Amazon EC2 and EKS
            "fd20:ce::254/128",  # metadata of Google Cloud
        ),
    )
)
_PRIVATE = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",  # RFC 1918
            "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
            "127.0.0.0/8",  # loopback
            "172.16.0.0/12",  # RFC 1918
            "192.168.0.0/16",  # RFC 1918
            "::1/128",  # loopback
            "fc00::/7",  # RFC 4193
        ),
    )
)
_PUBLIC_IPV6 = IPv6Network("2000::/3")
"""The unicast addresses of the internet (RFC 4291, 2.4). Other addresses are never public."""
_NAT64 = IPv6Network("64:ff9b::/96")


class ForbiddenAddressError(OSError):
    """The address may not be called."""


class AddressPolicy:
    """The rule for addresses: public ones are allowed, and private ones in the given networks.

    Link-local, special and metadata addresses are never called.
    """

    def __init__(self, private: Sequence[Network] = ()) -> None:
        self._private = tuple(private)

    def check(self, address: str) -> None:
        """Raise ForbiddenAddressError unless this IP address may be called."""
        ip = _plain(ip_address(address.partition("%")[0]))
        if _is_in(ip, _NEVER) or not (_is_public(ip) or _is_in(ip, _PRIVATE)):
            raise ForbiddenAddressError(f"{ip} is never called")
        if _is_in(ip, _PRIVATE) and not _is_in(ip, self._private):
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


def _is_public(ip: Address) -> bool:
    return isinstance(ip, IPv4Address) or ip in _PUBLIC_IPV6


def _is_in(ip: Address, networks: Sequence[Network]) -> bool:
    return any(ip in network for network in networks)


def _plain(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for: mapped, 6to4 or NAT64."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
