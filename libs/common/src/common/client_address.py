"""The address of the client behind trusted proxies."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

MAX_FORWARDERS = 20
"""Addresses that are read from the end of X-Forwarded-For. Chains of proxies are shorter."""
_WITH_PORT = re.compile(r"\[(?P<v6>[0-9A-Fa-f:.]{2,45})\](:\d{1,5})?|(?P<v4>[\d.]{7,15}):\d{1,5}")


def client_address(peer: str, forwarded: str | Iterable[str], proxies: Sequence[Network]) -> str:
    """Return the nearest address that is not the address of a trusted proxy.

    ``forwarded`` is the values of all X-Forwarded-For lines of the request, in their order. A
    client can forge them. Each proxy appends the address of its peer, so they are read from the
    end, and only as far as trusted proxies wrote them. A text that is no address ends the reading,
    so the result is always the peer or an address. No other header is read, because a proxy that
    does not know a header passes on the client's (RFC 7239, section 8.1).
    """
    line = forwarded if isinstance(forwarded, str) else ",".join(forwarded)
    address, found = _parse(peer), peer
    forwarders = (part.strip() for part in reversed(line.split(",")) if part.strip())
    for text in islice(forwarders, MAX_FORWARDERS):
        forwarder = _parse(text)
        if address is None or forwarder is None or not _is_in(address, proxies):
            break
        address, found = forwarder, text
    return found if address is None or _is_plain(found) else str(address)


def lockout_key_of(address: str) -> str:
    """Return the address or network under which failures of one client are counted.

    For IPv6 it is the network of 64 bits, because one household or company has all of it.
    """
    return _key(address, 32)


def network_of(address: str) -> str:
    """Return the network of 24 bits (IPv4) or 64 bits (IPv6) that the address is in."""
    return _key(address, 24)


def _key(address: str, ipv4_bits: int) -> str:
    parsed = _parse(address)
    if parsed is None:
        return "unknown"
    bits = ipv4_bits if isinstance(parsed, IPv4Address) else 64
    network = ip_network((parsed, bits), strict=False)
    return str(network.network_address if bits == network.max_prefixlen else network)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _is_plain(text: str) -> bool:
    """Whether the text is an address without a port, and no IPv4 address in the form of IPv6."""
    return "[" not in text and ("." in text) != (":" in text)


def _parse(text: str) -> Address | None:
    """Return the address of a text, without its port, or None for any other text.

    An IPv4 address in the form of IPv6 is the IPv4 address. Some proxies add a port. A zone, which
    may be any text and has a meaning on one machine only, makes a text no address.
    """
    if match := _WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return None if address.scope_id else address.ipv4_mapped or address
    return address
