from __future__ import annotations

from ipaddress import ip_network

import pytest

from dispatcher.back_offices.address_policy import AddressPolicy, ForbiddenAddressError

OURS = AddressPolicy(
    [ip_network("10.1.0.0/16"), ip_network("fd12::/16"), ip_network("127.0.0.0/8")]
)


@pytest.mark.parametrize(
    "address",
    ["20.50.60.70", "2603:1030::1", "10.1.2.3", "fd12::5", "127.0.0.1", "::ffff:10.1.2.3"],
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
    ],
)
def test_other_private_addresses_may_not(address: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        OURS.check(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1%eth0",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "100.100.100.200",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
    ],
)
def test_link_local_and_metadata_addresses_are_never_called(address: str) -> None:
    everything = AddressPolicy([ip_network("0.0.0.0/0"), ip_network("::/0")])
    with pytest.raises(ForbiddenAddressError):
        everything.check(address)
