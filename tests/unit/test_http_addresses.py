"""Addresses that may and may not be reached."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.http.addresses import objection

# The first and last address of special-purpose blocks (IANA registries).
NEVER = [
    "0.0.0.0",
    "0.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
    "localhost",
    "127.1",
    "0x7f000001",
    "",
]
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "::1",
    "fc00::1",
    "fdff::1",
]
PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize("address", NEVER)
def test_special_addresses_are_refused_even_where_private_networks_are_allowed(
    address: str,
) -> None:
    assert objection(address)
    assert objection(address, allow_private=True)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_reached_only_by_permission(address: str) -> None:
    assert objection(address)
    assert objection(address, allow_private=True) is None


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str) -> None:
    assert objection(address) is None


@given(st.ip_addresses())
def test_nothing_that_python_calls_not_global_is_reached(
    address: IPv4Address | IPv6Address,
) -> None:
    if not address.is_global:
        assert objection(str(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_any_ipv6_disguise_is_refused(address: IPv4Address) -> None:
    number = int(address)
    for disguised in (
        (0xFFFF << 32) | number,  # mapped
        number,  # "compatible"
        (0x64FF9B << 96) | number,  # NAT64
        (0x2002 << 112) | (number << 80),  # 6to4
        (0x20010000 << 96) | (~number & 0xFFFFFFFF),  # Teredo
    ):
        # ::1 is loopback itself and not an IPv4 address in disguise.
        if disguised != 1:
            assert objection(str(IPv6Address(disguised)), allow_private=True)
