from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from dispatcher.back_offices.address_policy import AddressPolicy, ForbiddenAddressError

OURS = AddressPolicy(
    [ip_network("10.1.0.0/16"), ip_network("fd12::/16"), ip_network("127.0.0.0/8")]
)
EVERYTHING = AddressPolicy([ip_network("0.0.0.0/0"), ip_network("::/0")])
NEVER = [
    "169.254.169.254",
    "169.254.0.1",
    "169.254.170.23",  # EKS Pod Identity
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
]
NEVER_IPV6 = [
    "::",
    "::2",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "64:ff9b:1::1",
    "fd00:42::42",
    "fd00:c1::a9fe:a9fe",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd00:ec2:ffff::1",
    "fd20:ce::254",
    "fe80::1%eth0",
    "fe80::a9fe:a9fe",
    "fec0::1",
    "ff02::1",
]


def embedded(address: str) -> list[str]:
    """Return the IPv6 addresses that stand for an IPv4 address."""
    number = int(ip_address(address))
    high, low = number >> 16, number & 0xFFFF
    return [
        f"::ffff:{address}",
        f"::{address}" if number >> 16 else f"::{low:x}",
        f"::ffff:0:{high:x}:{low:x}",
        f"2002:{high:x}:{low:x}::",
        f"2002:{high:x}:{low:x}::1",
        f"64:ff9b::{high:x}:{low:x}",
        f"64:ff9b:1::{high:x}:{low:x}",
    ]


@pytest.mark.parametrize(
    "address",
    [
        "20.50.60.70",
        "2603:1030::1",
        "168.63.129.17",
        "192.0.1.1",
        "100.128.0.1",
        "10.1.2.3",
        "fd12::5",
        "127.0.0.1",
        "::ffff:10.1.2.3",
        "::ffff:20.50.60.70",
        "64:ff9b::1432:3c46",
    ],
)
def test_public_addresses_and_our_own_networks_may_be_called(address: str) -> None:
    OURS.check(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.2.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "::1",
        "fd00::1",
        "::ffff:192.168.1.1",
        "64:ff9b::c0a8:101",
        "2002:c0a8:101::1",
    ],
)
def test_other_private_addresses_may_not(address: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        OURS.check(address)


@pytest.mark.parametrize("address", [*NEVER, *NEVER_IPV6])
@pytest.mark.parametrize("policy", [EVERYTHING, OURS, AddressPolicy()])
def test_special_addresses_are_never_called(policy: AddressPolicy, address: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        policy.check(address)


@pytest.mark.parametrize("address", NEVER)
def test_ipv6_addresses_that_stand_for_a_special_address_are_never_called(address: str) -> None:
    for form in embedded(address):
        if form != "::1":
            with pytest.raises(ForbiddenAddressError):
                EVERYTHING.check(form)
