"""Where a request comes from."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Network = IPv4Network | IPv6Network


def client_address(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Return the nearest address that is no trusted proxy's; ``forwarded`` is X-Forwarded-For,
    which anybody can write.

    Each proxy appends whom it heard from, so it is read from its end, and only for as long as
    trusted ones wrote it.
    """
    address = peer
    for before in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _is_in(address, proxies) or not _is_address(before):
            break
        address = before
    return address


def lockout_key_of(address: str) -> str:
    """Return whom failures are counted for: a household or an office has a whole IPv6
    network of 64 bits.
    """
    if not _is_address(address):
        return "unknown"
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
