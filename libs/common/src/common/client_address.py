"""The address of the client behind trusted proxies."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Network = IPv4Network | IPv6Network


def client_address(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Return the nearest address that is not the address of a trusted proxy.

    ``forwarded`` is X-Forwarded-For, which a client can forge. Each proxy appends the address of
    its peer, so the header is read from its end, and only as far as trusted proxies wrote it.
    """
    address = peer
    for forwarder in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _is_in(address, proxies) or not _is_address(forwarder):
            break
        address = forwarder
    return address


def lockout_key_of(address: str) -> str:
    """Return the address or network under which failed sign-ins are counted.

    For IPv6 it is the network of 64 bits, because one household or company has all of it.
    """
    if not _is_address(address):
        return "unknown"
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
