"""Which network addresses a harvester may reach.

Written out from the IANA special-purpose address registries (RFC 6890 and later entries) rather
than taken from `ipaddress.is_global`, which calls translated forms of private addresses global.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# Reached only where private networks are allowed.
_PRIVATE: tuple[tuple[IPv4Network | IPv6Network, str], ...] = (
    (IPv4Network("127.0.0.0/8"), "a loopback address"),
    (IPv4Network("10.0.0.0/8"), "a private address"),
    (IPv4Network("172.16.0.0/12"), "a private address"),
    (IPv4Network("192.168.0.0/16"), "a private address"),
    (IPv6Network("::1/128"), "a loopback address"),
    (IPv6Network("fc00::/7"), "a private address"),
)

# Never reached: nothing that publishes data lives there, and what does (metadata services of
# cloud machines, translators into private networks) must not be asked by strangers.
_NEVER: tuple[tuple[IPv4Network | IPv6Network, str], ...] = (
    (IPv4Network("0.0.0.0/8"), "an unspecified address"),
    (IPv4Network("100.64.0.0/10"), "a shared address of a provider (RFC 6598)"),
    (IPv4Network("169.254.0.0/16"), "a link-local address"),
    (IPv4Network("168.63.129.16/32"), "a cloud machine's own service"),
    (IPv4Network("192.0.0.0/24"), "a protocol assignment"),
    (IPv4Network("192.0.2.0/24"), "a documentation address"),
    (IPv4Network("192.88.99.0/24"), "a 6to4 relay"),
    (IPv4Network("198.18.0.0/15"), "a benchmarking address"),
    (IPv4Network("198.51.100.0/24"), "a documentation address"),
    (IPv4Network("203.0.113.0/24"), "a documentation address"),
    (IPv4Network("224.0.0.0/4"), "a multicast address"),
    (IPv4Network("240.0.0.0/4"), "a reserved address"),
    (IPv6Network("fd00:ec2::/32"), "a cloud machine's own service"),
    (IPv6Network("::ffff:0:0/96"), "an IPv4 address in disguise"),
    (IPv6Network("64:ff9b::/96"), "an IPv4 address behind a translator (NAT64)"),
    (IPv6Network("64:ff9b:1::/48"), "an IPv4 address behind a translator (NAT64)"),
    (IPv6Network("2001::/32"), "a tunnelled IPv4 address (Teredo)"),
    (IPv6Network("2001::/23"), "a protocol assignment"),
    (IPv6Network("2001:db8::/32"), "a documentation address"),
    (IPv6Network("2002::/16"), "a tunnelled IPv4 address (6to4)"),
    (IPv6Network("3fff::/20"), "a documentation address"),
    (IPv6Network("fe80::/10"), "a link-local address"),
    (IPv6Network("ff00::/8"), "a multicast address"),
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def objection(text: str, *, allow_private: bool = False) -> str | None:
    """Why an address (as a resolver prints it) must not be reached; None if it may be."""
    try:
        address = ip_address(text)
    except ValueError:
        return "no IP address"
    reason = _within(address, _NEVER)
    if reason:
        return reason
    private = _within(address, _PRIVATE)
    if private:
        return None if allow_private else private
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "no global address"
    return None


def _within(
    address: Address, networks: tuple[tuple[IPv4Network | IPv6Network, str], ...]
) -> str | None:
    return next((reason for network, reason in networks if address in network), None)
