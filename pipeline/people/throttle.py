"""How long the next try to log in must wait. Guesses are slowed down for whoever guesses, and as
little as possible for whoever the account belongs to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Seconds

WINDOW_S: Seconds = 3600.0
"""A try that failed counts for an hour (our choice)."""


@dataclass(frozen=True, slots=True)
class Brake:
    """So many tries are ``free``; after each further one the wait is twice as long, from ``first_s``
    up to ``longest_s``."""

    free: int
    first_s: Seconds
    longest_s: Seconds


OWN = Brake(5, 60.0, 900.0)
"""For one name from one address, and for one name from a browser that has logged in with it before:
five in a minute, and then about eight in an hour (our choice)."""

NAME = Brake(5, 10.0, 60.0)
"""For one name from everywhere, without browsers that have logged in with it before: who guesses
from many addresses finds one try a minute, and the owner in a new browser waits a minute at most."""

ADDRESS = Brake(50, 10.0, 60.0)
"""For all names from one address, which may be a whole office; without browsers that are known."""


def wait_s(failed: Sequence[float], brake: Brake, *, now: float) -> Seconds:
    """How long the next try waits from ``now`` on; 0 where it need not. ``failed``: the moments of
    tries that did not succeed, in seconds since 1970.

    >>> wait_s([0.0] * 4, OWN, now=0.0), wait_s([0.0] * 5, OWN, now=10.0), wait_s([0.0] * 9, OWN, now=0.0)
    (0.0, 50.0, 900.0)
    """
    recent = [at for at in failed if now - at < WINDOW_S]
    over = len(recent) - brake.free
    if over < 0:
        return 0.0
    pause = min(brake.longest_s, brake.first_s * 2.0 ** min(over, 30))
    return max(0.0, max(recent) + pause - now)


def network_of(address: str) -> str:
    """What tries are counted by: the address, of IPv6 the network of a customer (64 bits).

    >>> network_of("10.0.0.5"), network_of("2001:db8:1:2:3::4"), network_of("unix")
    ('10.0.0.5', '2001:db8:1:2::/64', 'unix')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
