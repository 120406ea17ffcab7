"""Which network addresses a crawl may connect to: public ones, and private ones named on purpose.

The standard library's `is_global` lets NAT64, 6to4, multicast and site-local addresses pass, and says
nothing of a cloud's public-looking metadata address; here an address has to earn its way.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> every address of the host, as text."""

_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NEVER_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        "168.63.129.16/32",  # the metadata and wire server of a large cloud
        "192.88.99.0/24",  # 6to4 relays
        "192.0.0.0/24",
        "2001::/23",  # Teredo, ORCHID and other protocol assignments
        "2002::/16",  # 6to4: carries an IPv4 address inside
        "3fff::/20",  # documentation
    )
)


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, in the system's order of preference, without repetition.

    Raises:
        OSError: The name has no address.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def parsed(text: str) -> Address | None:
    """A literal address in any notation that the ipaddress module reads, zone left out; else None."""
    try:
        return _unwrapped(ipaddress.ip_address(text.strip("[]").partition("%")[0]))
    except ValueError:
        return None


def address_refusal(text: str, *, is_named: bool) -> str | None:
    """Why an address must not be connected to, in a few words; None when it may be.

    Args:
        text: The address as a resolver gave it.
        is_named: Whether its host was named as private on purpose. Even then link-local addresses
            (where clouds keep their metadata), multicast and the like stay refused.
    """
    address = parsed(text)
    if address is None:
        return f"{text} is no address"
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return f"{text} is link-local, multicast or unspecified"
    if _is_public(address):
        return None
    if is_named and (address.is_loopback or _is_house_address(address)):
        return None
    return f"{text} is not a public address"


def _is_public(address: Address) -> bool:
    if any(address in block for block in _NEVER_PUBLIC if block.version == address.version):
        return False
    if address.version == 6 and address not in _PUBLIC_V6:
        return False
    return address.is_global and not address.is_reserved


def _is_house_address(address: Address) -> bool:
    """RFC 1918, carrier-grade NAT and unique local addresses: what networks of one's own use."""
    blocks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
    networks = (ipaddress.ip_network(block) for block in blocks)
    return any(address in network for network in networks if network.version == address.version)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped or NAT64 one: that is where the packets go."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
