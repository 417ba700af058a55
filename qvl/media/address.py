"""Which IP addresses belong to the open internet."""

import ipaddress

_UNICAST = ipaddress.ip_network("2000::/3")  # all that IPv6 routes between networks
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # the last 32 bits are an IPv4 address
_SPECIAL = tuple(
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocol assignments; Teredo, which carries an IPv4 address
        "2002::/16",  # 6to4, which carries another
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, multicast, reserved and tunnelled addresses.

    An IPv4 address inside an IPv6 one (::ffff:10.0.0.1, 64:ff9b::a00:1) is judged itself.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _UNICAST:
            return False
    special = any(ip.version == block.version and ip in block for block in _SPECIAL)
    return ip.is_global and not (special or ip.is_multicast or ip.is_reserved)
